import CutlineCore

extension CaptionRequest {
    /// How long the body of its call is, with its pictures as base64 where they are sent as bytes.
    package func bodyLength(for profile: Profile) -> Int64 { RequestBody(self, profile: profile).length }
}
