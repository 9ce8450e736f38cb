import ArgumentParser
import CutlineCore

/// One `NAME=VALUE` of `--parameter`. The value is JSON where it can be read as JSON, else a text.
struct ParameterOption: ExpressibleByArgument {
    let name: String
    let value: JSONValue

    init?(argument: String) {
        guard let sign = argument.firstIndex(of: "="), sign > argument.startIndex else { return nil }
        name = String(argument[..<sign])
        let text = argument[argument.index(after: sign)...]
        // A bare word is the usual case.
        value = (try? JSONValue(parsing: text.utf8)) ?? .string(String(text))
    }
}
