/// One picture of a job.
package enum ImageSource: Codable, Hashable, Sendable {
    case url(String)
    case file(PictureFile)

    package var isURL: Bool { if case .url = self { true } else { false } }

    /// What is known to be wrong with it.
    package var damage: PictureDamage? { if case .file(let file) = self { file.damage } else { nil } }
}
