import SystemPackage

/// What stands in front of a default key, before the path below the named folder.
enum KeyNaming: Sendable {
    /// One input on the command line: nothing.
    case alone
    /// One of several: the name of the folder.
    case amongSeveral
    /// Inside a job file, a manifest or a list: the folder as that file sees it.
    case listed

    /// - Parameters:
    ///   - folder: As given, empty for the folder where relative paths begin.
    ///   - base: The folder where relative paths begin, absolute.
    func prefix(of folder: FilePath, base: FilePath) -> FilePath {
        switch self {
        case .alone: return FilePath()
        case .amongSeveral:
            if folder.lexicallyNormalized().components.allSatisfy({ $0.kind == .currentDirectory }), folder.root == nil {
                return FilePath()
            }
            return FilePath(root: nil, [base.pushing(folder).lexicallyNormalized().lastComponent].compactMap(\.self))
        case .listed:
            var prefix = folder.lexicallyNormalized()
            if prefix.isAbsolute { _ = prefix.removePrefix(base.lexicallyNormalized()) }
            return prefix
        }
    }
}
