import CutlineCore
import SystemPackage

extension ImageSource {
    /// Where a picture is, apart from what it is.
    enum Place: Hashable {
        case url(String)
        case file(FilePath)

        /// No two places have the same.
        var bytes: [UInt8] {
            switch self {
            case .url(let url): [UInt8(ascii: "u")] + Array(url.utf8)
            case .file(let path): [UInt8(ascii: "f")] + path.bytes
            }
        }
    }

    var place: Place {
        switch self {
        case .url(let url): .url(url)
        case .file(let file): .file(file.place)
        }
    }
}

extension Record {
    /// Where its only picture, a local one, lies below what was named as input.
    func pathBelowInput(of file: PictureFile) -> PathBelowInput {
        PathBelowInput(hasOwnKey ? images.first ?? key : key, file.place)
    }

    /// A name for a picture on the web, for whoever fetches it: its address without the scheme.
    func webPath(_ url: String) -> CleanPath {
        let rest = url.utf8.firstIndex(of: UInt8(ascii: ":")).flatMap { String(url.utf8[url.utf8.index(after: $0)...]) }
        return CleanPath(rest ?? url)
    }

    /// Whether one of its pictures is another one than that which was captioned.
    var isChanged: Bool {
        pictures.contains { picture in
            guard case .file(let file) = picture else { return false }
            do throws(Omission) { try PictureStream.check(file) } catch { return error == .pictureChanged }
            return false
        }
    }

    /// The names of its pictures as they were given, and as the file system has them: in a text of ours a backslash may be written otherwise.
    var pictureNames: [String] {
        guard pictures.count == images.count else { return images }
        return zip(images, pictures).map { text, picture in
            guard text.utf8.contains(UInt8(ascii: "\\")), case .file(let file) = picture else { return text }
            return String(validating: PathBelowInput(text, file.place).reference) ?? text
        }
    }

    /// Its only picture, which is a local one.
    func onlyFile() throws(Omission) -> PictureFile {
        guard pictures.count == 1 else { throw .severalPictures }
        guard case .file(let file) = pictures[0] else { throw .onTheWeb }
        return file
    }

    /// Its caption, which is not empty.
    func captionText() throws(Omission) -> String {
        guard let text = caption?.text, !text.isEmpty else { throw .noCaption }
        return text
    }
}
