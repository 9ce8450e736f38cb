import ArgumentParser
import CutlineCore

extension FlagSelection {
    /// From the values of `--flag`: `truncated`, `!refusal`, `any`.
    init(names: [String]) throws {
        self.init()
        for name in names {
            let isUnwanted = name.hasPrefix("!")
            let named = try Self.flags(named: isUnwanted ? String(name.dropFirst()) : name)
            if isUnwanted { unwanted.formUnion(named) } else { wanted.formUnion(named) }
        }
    }

    private static func flags(named name: String) throws -> [CaptionFlag] {
        if name == "any" { return CaptionFlag.allCases }
        if let flag = CaptionFlag(rawValue: name) { return [flag] }
        let known = CaptionFlag.allCases.map(\.rawValue)
        throw ValidationError("There is no flag \"\(Words.clean(name))\"; there are \((known + ["any"]).joined(separator: ", ")).")
    }
}
