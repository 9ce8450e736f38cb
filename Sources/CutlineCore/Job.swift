import SystemPackage

/// A job's number in its queue.
package struct JobID: Codable, Hashable, Comparable, Sendable {
    package let number: Int64
    package init(_ number: Int64) { self.number = number }
    package static func < (a: JobID, b: JobID) -> Bool { a.number < b.number }
}

/// An input's number in its queue: what brought entries to a batch.
package struct InputID: Codable, Hashable, Sendable {
    package let number: Int64
    package init(_ number: Int64) { self.number = number }
}

/// SHA-256 over everything a job sends: who asks twice for the same pays once.
package struct Fingerprint: Codable, Hashable, Sendable {
    /// 32 bytes.
    package let bytes: [UInt8]
    package init(bytes: [UInt8]) { self.bytes = bytes }
}

/// How a picture is recognised as the same.
package enum IdentityMode: String, Codable, CaseIterable, Sendable {
    /// By the SHA-256 of its bytes.
    case bytes
    /// By path, size and time of change: nothing is read, a renamed picture is a new one.
    case path
}

/// A file as it stood when it was looked at; the call refuses to send another one.
package struct FileStamp: Codable, Hashable, Sendable {
    package var size: Int64
    /// Nanoseconds since 1970.
    package var modified: Int64
    package var inode: UInt64

    package init(size: Int64, modified: Int64, inode: UInt64) {
        self.size = size
        self.modified = modified
        self.inode = inode
    }
}

/// The part of an archive that is a picture.
package struct FileSlice: Codable, Hashable, Sendable {
    /// Its name in the archive: bytes, with slashes between its parts.
    package var member: [UInt8]
    package var offset: Int64
    package var length: Int64

    package init(member: [UInt8], offset: Int64, length: Int64) {
        self.member = member
        self.offset = offset
        self.length = length
    }
}

/// A local picture: where it is and what it was when it was added.
package struct PictureFile: Codable, Hashable, Sendable {
    /// Absolute; of a picture in an archive that of the archive, as is the stamp.
    package var path: FilePath
    package var stamp: FileStamp
    /// Nil: the file is the picture.
    package var slice: FileSlice?
    package var format: PictureFormat
    /// SHA-256 of its bytes, 32 of them; nil in identity mode `path`.
    package var digest: [UInt8]?
    /// Nil where nothing was found, and where the bytes were not read.
    package var damage: PictureDamage?
    /// Likewise.
    package var orientation: PictureOrientation?

    package init(
        path: FilePath, stamp: FileStamp, format: PictureFormat, digest: [UInt8]?, slice: FileSlice? = nil, damage: PictureDamage? = nil,
        orientation: PictureOrientation? = nil
    ) {
        self.path = path
        self.stamp = stamp
        self.slice = slice
        self.format = format
        self.digest = digest
        self.damage = damage
        self.orientation = orientation
    }

    /// Where its bytes begin in the file.
    package var offset: Int64 { slice?.offset ?? 0 }
    /// How many bytes are sent.
    package var byteCount: Int64 { slice?.length ?? stamp.size }
    /// What tells it from all other pictures, and what it is called: in an archive `shard.tar/member.jpg`.
    package var place: FilePath { slice.map { path.pushing(member: $0.member) } ?? path }

    /// The same file, with what was found in its bytes when they were read.
    package func read(as content: PictureContent) -> PictureFile {
        var file = self
        (file.digest, file.damage, file.orientation) = (content.digest, content.damage, content.orientation)
        return file
    }
}

/// What was found in a picture's bytes.
package struct PictureContent: Hashable, Sendable {
    /// SHA-256, 32 bytes.
    package let digest: [UInt8]
    package let damage: PictureDamage?
    package let orientation: PictureOrientation?

    package init(digest: [UInt8], damage: PictureDamage? = nil, orientation: PictureOrientation? = nil) {
        (self.digest, self.damage, self.orientation) = (digest, damage, orientation)
    }
}

/// One picture of a job.
package enum ImageSource: Codable, Hashable, Sendable {
    case url(String)
    case file(PictureFile)

    package var isURL: Bool { if case .url = self { true } else { false } }

    /// What is known to be wrong with it.
    package var damage: PictureDamage? { if case .file(let file) = self { file.damage } else { nil } }
}

/// What a batch is: provider, model, texts and parameters never change under one name.
package struct BatchSettings: Hashable, Sendable {
    package var name: String
    package var profile: Profile
    package var model: String
    package var system: String?
    package var prompt: String
    package var parameters: Parameters
    package var identity: IdentityMode

    package init(
        name: String, profile: Profile, model: String, system: String? = nil, prompt: String,
        parameters: Parameters = Parameters(), identity: IdentityMode = .bytes
    ) {
        self.name = name
        self.profile = profile
        self.model = model
        self.system = system
        self.prompt = prompt
        self.parameters = parameters
        self.identity = identity
    }
}

/// An entry on its way into the queue, with the job it stands for.
package struct JobDraft: Hashable, Sendable {
    package var key: String
    /// Whether the user gave the key; a default key belongs to one path.
    package var hasOwnKey: Bool
    package var images: [ImageSource]
    /// The images as the user wrote them, for people and exports.
    package var imagesAsGiven: [String]
    /// Nil: the batch's prompt.
    package var prompt: String?
    /// Columns of the manifest that are exported again.
    package var extra: [String: JSONValue]
    package var fingerprint: Fingerprint
    /// What the fingerprint would be in the other identity mode; nil where that is not known, or was not asked for.
    package var otherFingerprint: Fingerprint?
    /// What brought it; nil where nobody will ask what became of it.
    package var input: InputID?

    package init(
        key: String, hasOwnKey: Bool, images: [ImageSource], imagesAsGiven: [String], prompt: String? = nil,
        extra: [String: JSONValue] = [:], fingerprint: Fingerprint, otherFingerprint: Fingerprint? = nil
    ) {
        self.key = key
        self.hasOwnKey = hasOwnKey
        self.images = images
        self.imagesAsGiven = imagesAsGiven
        self.prompt = prompt
        self.extra = extra
        self.fingerprint = fingerprint
        self.otherFingerprint = otherFingerprint
    }
}

/// What one call sends, apart from the bytes of its pictures.
package struct CaptionRequest: Hashable, Sendable {
    package var model: String
    package var system: String?
    package var prompt: String
    package var images: [ImageSource]
    package var parameters: Parameters
    /// What the lane has learned of the model.
    package var quirks: Quirks
    /// Whether pictures on the web are fetched by us and sent as bytes: the provider could not fetch them.
    package var fetchesPictures: Bool
    /// Whether pictures are sent that cannot be decoded whole.
    package var sendsDamaged: Bool

    package init(
        model: String, system: String? = nil, prompt: String, images: [ImageSource], parameters: Parameters = Parameters(),
        quirks: Quirks = Quirks(), fetchesPictures: Bool = false, sendsDamaged: Bool = false
    ) {
        self.model = model
        self.system = system
        self.prompt = prompt
        self.images = images
        self.parameters = parameters
        self.quirks = quirks
        self.fetchesPictures = fetchesPictures
        self.sendsDamaged = sendsDamaged
    }
}
