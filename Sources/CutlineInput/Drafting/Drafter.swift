import CutlineCore
import CutlineDigest
import SystemPackage

/// Turns checked input into drafts of jobs: this is where pictures are read.
package enum Drafter {
    /// SHA-256 of a file or of a part of it, which must not change meanwhile.
    package static func hash(file: FilePath, _ slice: FileSlice? = nil) throws(InputError) -> [UInt8] {
        try FileDigest.read(file, slice).bytes
    }

    /// - Parameters:
    ///   - inBothIdentities: Whether the fingerprint in the other identity mode is wanted, too, as far as it can be known without reading more.
    ///   - knownDigest: What was found in the bytes of a picture that were read before at the same place under the same stamp.
    /// - Throws: `InputError`, or what `knownDigest` throws.
    package static func draft(
        _ item: InputItem, settings: BatchSettings, inBothIdentities: Bool = false,
        knownDigest: (PictureFile) throws -> PictureContent?
    ) throws -> JobDraft {
        var images = item.images.map(\.source)
        if settings.identity == .bytes {
            for index in images.indices { images[index] = try identified(images[index], knownDigest) }
        }
        var request = CaptionRequest(
            model: settings.model, system: settings.system, prompt: item.prompt ?? settings.prompt, images: images,
            parameters: settings.parameters, preparation: settings.preparation)
        var draft = JobDraft(
            key: item.key, hasOwnKey: item.hasOwnKey, images: images, imagesAsGiven: item.images.map(\.asGiven), prompt: item.prompt,
            extra: item.extra, fingerprint: fingerprint(of: request, provider: settings.profile.name))
        guard inBothIdentities, let others = try images.inOtherIdentity(knownDigest) else { return draft }
        request.images = others
        draft.otherFingerprint = fingerprint(of: request, provider: settings.profile.name)
        return draft
    }

    /// Looks again at the pictures of a job that is on its way: one of them is not the file any more that was added.
    ///
    /// - Throws: `InputError`; `Errno` where the process or the system is out of something, for which no picture is to blame.
    package static func redraft(
        _ request: CaptionRequest, provider: String
    ) throws -> (images: [ImageSource], fingerprint: Fingerprint) {
        var request = request
        for index in request.images.indices {
            guard case .file(let file) = request.images[index] else { continue }
            do throws(InputError) {
                // Without a digest it is known by its stamp.
                request.images[index] = try file.digest == nil ? stamped(file) : identified(file)
            } catch {
                if let cause = error.cause, cause.isShortage { throw cause }
                throw error
            }
        }
        return (request.images, fingerprint(of: request, provider: provider))
    }

    private static func fingerprint(of request: CaptionRequest, provider: String) -> Fingerprint {
        let preimage = Fingerprint.preimage(
            provider: provider, model: request.model, system: request.system, prompt: request.prompt, parameters: request.parameters,
            images: request.images, preparation: request.preparation)
        return Fingerprint(bytes: SHA256.hash(preimage))
    }

    private static func stamped(_ file: PictureFile) throws(InputError) -> ImageSource {
        if file.slice != nil { return .file(try file.foundAgain()) }
        do throws(Errno) {
            if case .picture(let found) = try Finding.look(at: file.path).0 { return .file(found) }
        } catch {
            throw InputError("\(file.place.text) cannot be read: \(error)", cause: error)
        }
        throw file.noPicture
    }

    private static func identified(
        _ image: ImageSource, _ knownDigest: (PictureFile) throws -> PictureContent?
    ) throws -> ImageSource {
        guard case .file(let file) = image else { return image }
        if let content = try knownDigest(file) { return .file(file.read(as: content)) }
        return try identified(file)
    }

    private static func identified(_ given: PictureFile) throws(InputError) -> ImageSource {
        let place = try given.foundAgain()
        let digest = try FileDigest.read(place.path, place.slice)
        // A member lies where it was seen only as long as its archive is the same.
        guard place.slice == nil || digest.stamp == place.stamp else { throw FileDigest.keepsChanging(place.path) }
        guard let format = digest.format else { throw place.noPicture }
        var file = place.read(as: digest.content)
        file.stamp = digest.stamp
        file.format = format
        return .file(file)
    }
}

extension [ImageSource] {
    /// The same pictures as the other identity mode knows them: without their digests, or with those that are known. Nil where one is not.
    fileprivate func inOtherIdentity(_ knownDigest: (PictureFile) throws -> PictureContent?) rethrows -> [ImageSource]? {
        var others = self
        for index in indices {
            guard case .file(var file) = self[index] else { continue }
            if file.digest == nil {
                guard let content = try knownDigest(file) else { return nil }
                file = file.read(as: content)
            } else {
                file.digest = nil
            }
            others[index] = .file(file)
        }
        return others
    }
}
