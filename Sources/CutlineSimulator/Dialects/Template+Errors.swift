/// The error forms. `$type` is the errors' or the dialect's word, `$extra` what a failure has of its own.
extension Template {
    static let openAIError: Template = #"{"error":{"message":$message,"type":$type,"param":$param,"code":$code}}"#
    static let openRouterError: Template = #"{"error":{"code":$status,"message":$message,"metadata":{"error_type":$type$$extra}}}"#
    static let infronError: Template = #"{"error":{"message":$message,"type":$type,"param":"${param}","code":$status}}"#
    static let indoxHubError: Template = #"""
        {"success":false,"error":$type,"message":$message,"status_code":$status,"request_id":$uuid,"details":{$$extra}}
        """#
    static let newAPIError: Template = #"""
        {"error":{"message":"${message} (request id: ${request})","type":"new_api_error","param":"${param}","code":$code}}
        """#
    static let googleError: Template = #"[{"error":{"code":$status,"message":$message,"status":$type$$extra}}]"#
    static let anthropicError: Template = #"{"type":"error","error":{"type":$type,"message":$message},"request_id":$request}"#
    static let mistralError: Template = #"""
        {"object":"error","message":$message,"type":$type,"param":$param,"code":$code,"raw_status_code":$status}
        """#
    static let shortError: Template = #"{"error":{"message":$message,"type":$type,"code":$code}}"#
    static let azureError: Template = #"""
        {"error":{"code":$code,"message":$message,"param":$param,"status":$status$$extra}}
        """#
    static let vLLMError: Template = #"{"error":{"message":$message,"type":$type,"param":$param,"code":$status}}"#
    static let llamaError: Template = #"{"error":{"code":$status,"message":$message,"type":$type}}"#
    static let stringError: Template = #"{"error":$message}"#
    static let liteLLMError: Template = #"""
        {"error":{"message":"litellm.${type}: ${message}","type":null,"param":$param,"code":"${status}"}}
        """#
    /// FastAPI's.
    static let detail: Template = #"{"detail":$message}"#
    static let details: Template = #"{"detail":[{"loc":["body"],"msg":$message,"type":"value_error"}]}"#
}
