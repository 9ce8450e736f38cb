import Crypto
import CutlineCore
import SystemPackage

/// Turns checked input into drafts of jobs: this is where pictures are read.
package enum Drafter {
    /// SHA-256 of a file, which must not change meanwhile.
    package static func hash(file: FilePath) throws(InputError) -> [UInt8] { try FileDigest.read(file).bytes }

    /// - Parameter knownDigest: The digest of a path whose bytes were read before under the same stamp.
    /// - Throws: `InputError`, or what `knownDigest` throws.
    package static func draft(
        _ item: InputItem, settings: BatchSettings, knownDigest: (FilePath, FileStamp) throws -> [UInt8]?
    ) throws -> JobDraft {
        var images = item.images.map(\.source)
        if settings.identity == .bytes {
            for index in images.indices { images[index] = try identified(images[index], knownDigest) }
        }
        let preimage = Fingerprint.preimage(
            provider: settings.profile.name, model: settings.model, system: settings.system, prompt: item.prompt ?? settings.prompt,
            parameters: settings.parameters, images: images)
        return JobDraft(
            key: item.key, hasOwnKey: item.hasOwnKey, images: images, imagesAsGiven: item.images.map(\.asGiven), prompt: item.prompt,
            extra: item.extra, fingerprint: Fingerprint(bytes: Array(SHA256.hash(data: preimage))))
    }

    private static func identified(
        _ image: ImageSource, _ knownDigest: (FilePath, FileStamp) throws -> [UInt8]?
    ) throws -> ImageSource {
        guard case .file(var file) = image else { return image }
        if let digest = try knownDigest(file.path, file.stamp) {
            file.digest = digest
            return .file(file)
        }
        let digest = try FileDigest.read(file.path)
        guard let format = digest.format else {
            throw InputError("\(file.path.text) is no longer a picture; restore it or take it out of the input")
        }
        file.digest = digest.bytes
        file.stamp = digest.stamp
        file.format = format
        return .file(file)
    }
}
