import CutlineCore
import SystemPackage

extension ImageSource {
    /// Where a picture is, apart from what it is.
    enum Place: Hashable {
        case url(String)
        case file(FilePath)

        var text: String {
            switch self {
            case .url(let url): url
            case .file(let path): path.text
            }
        }
    }

    var place: Place {
        switch self {
        case .url(let url): .url(url)
        case .file(let file): .file(file.path)
        }
    }
}

extension Record {
    /// Where its picture lies below what was named as input: a default key is that path; beside a key of the user's own it is the path
    /// as it was written. An address on the web loses its scheme.
    var relativePath: CleanPath {
        let text = hasOwnKey ? images.first ?? key : key
        guard pictures.first?.isURL == true, let scheme = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return CleanPath(text) }
        return CleanPath(String(text.utf8[text.utf8.index(after: scheme)...]) ?? text)
    }
}
