/// Tells whether a picture ends as its format says, from its bytes as they come, in pieces of any size. What stands behind the end does not
/// matter: cameras and phones put videos and further pictures there. On the way it finds how the picture is to be turned.
package struct PictureEnding {
    private var walk: any PictureWalk
    private var appetite: PictureAppetite
    /// What was given of the bytes that the walk waits for.
    private var gathered: [UInt8] = []
    /// Of a marker: whether the last byte was 0xFF.
    private var hasPrefix = false
    private var position: Int64 = 0

    package init(of format: PictureFormat) {
        walk =
            switch format {
            case .jpeg: JPEGWalk()
            case .png: PNGWalk()
            case .gif: GIFWalk()
            case .webp: WebPWalk()
            case .heic, .avif: BoxWalk()
            case .tiff: TIFFWalk()
            case .bmp: BMPWalk()
            }
        appetite = walk.first
    }

    /// What is wrong with the picture if no more bytes come.
    package var damage: PictureDamage? { walk.isWhole(at: position, wanting: appetite) ? nil : .cutOff }

    /// Nil where nothing is said of it, or nothing yet.
    package var orientation: PictureOrientation? { walk.orientation }

    /// The next bytes of the file.
    package mutating func take(_ piece: UnsafeRawBufferPointer) {
        var rest = piece[...]
        while true {
            switch appetite {
            case .nothing:
                position += Int64(rest.count)
                return
            case .skip(let count):
                let taken = min(count, Int64(rest.count))
                advance(&rest, by: Int(taken))
                appetite = .skip(count - taken)
                guard taken == count else { return }
                goOn()
            case .bytes(let count):
                let taken = min(count - gathered.count, rest.count)
                gathered += rest.prefix(taken)
                advance(&rest, by: taken)
                guard gathered.count == count else { return }
                goOn()
            case .marker:
                guard findMarker(in: &rest) else { return }
                goOn()
            }
        }
    }

    private mutating func advance(_ rest: inout Slice<UnsafeRawBufferPointer>, by count: Int) {
        position += Int64(count)
        rest = rest.dropFirst(count)
    }

    private mutating func goOn() {
        appetite = walk.next(gathered, at: position)
        gathered.removeAll(keepingCapacity: true)
    }

    /// The byte behind 0xFF, unless it belongs to the data of a scan or fills up (ITU-T T.81, B.1.1.2 and B.1.1.5).
    private mutating func findMarker(in rest: inout Slice<UnsafeRawBufferPointer>) -> Bool {
        let buffer = UnsafeRawBufferPointer(rebasing: rest)
        var index = 0
        while index < buffer.count {
            guard hasPrefix else {
                index = buffer.placeOfPrefix(from: index)
                hasPrefix = index < buffer.count
                if hasPrefix { index += 1 }
                continue
            }
            let byte = buffer[index]
            index += 1
            switch byte {
            case 0xFF: break
            case 0x00, 0xD0...0xD7: hasPrefix = false
            default:
                hasPrefix = false
                gathered.append(byte)
                advance(&rest, by: index)
                return true
            }
        }
        advance(&rest, by: index)
        return false
    }
}

extension UnsafeRawBufferPointer {
    /// Where the next 0xFF stands; `count` where there is none. All bytes of a picture pass here, so eight are looked at together: one of them is
    /// 0xFF where its inverse is 0.
    fileprivate func placeOfPrefix(from start: Int) -> Int {
        var index = start
        while count - index >= 8 {
            let word = loadUnaligned(fromByteOffset: index, as: UInt64.self)
            guard (~word &- 0x0101_0101_0101_0101) & word & 0x8080_8080_8080_8080 == 0 else { break }
            index += 8
        }
        return self[index...].firstIndex(of: 0xFF) ?? count
    }
}

/// What a walk through a format wants next.
enum PictureAppetite: Hashable {
    /// So many bytes at once.
    case bytes(Int)
    /// So many bytes that it need not see.
    case skip(Int64)
    /// The next marker of a JPEG.
    case marker
    /// The rest does not matter.
    case nothing
}

/// A way through the parts of a format. It reads lengths and passes over what they span.
protocol PictureWalk {
    var first: PictureAppetite { get }
    var orientation: PictureOrientation? { get }

    /// - Parameters:
    ///   - bytes: what was asked for; empty after a skip.
    ///   - position: how many bytes have gone by.
    mutating func next(_ bytes: [UInt8], at position: Int64) -> PictureAppetite

    /// Whether the picture may end here.
    func isWhole(at position: Int64, wanting appetite: PictureAppetite) -> Bool
}

extension PictureWalk {
    var orientation: PictureOrientation? { nil }

    func isWhole(at position: Int64, wanting appetite: PictureAppetite) -> Bool { appetite == .nothing }
}

/// The largest part with a picture's EXIF that is looked into.
let longestExif = 65_536

extension Collection<UInt8> {
    /// The number that stands `offset` bytes behind the beginning; nil where it is not there.
    func big(_ count: Int, at offset: Int = 0) -> Int? {
        let part = dropFirst(offset).prefix(count)
        guard part.count == count else { return nil }
        return part.reduce(0) { $0 << 8 | Int($1) }
    }

    func little(_ count: Int, at offset: Int = 0) -> Int? {
        let part = dropFirst(offset).prefix(count)
        guard part.count == count else { return nil }
        return part.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
