/// GIF89a: blocks, made of short sub-blocks, up to the trailer (§27).
struct GIFWalk: PictureWalk {
    private enum Step { case screen, block, descriptor, introduction, length, content }

    private var step = Step.screen

    /// Header and logical screen descriptor (§17, §18).
    let first = PictureAppetite.bytes(13)

    mutating func next(_ bytes: [UInt8], at position: Int64) -> PictureAppetite {
        switch step {
        case .screen: return skipTable(bytes[10], then: .content, more: 0)
        case .block: return block(bytes[0])
        // The size of a code comes first.
        case .descriptor: return skipTable(bytes[8], then: .introduction, more: 1)
        case .introduction:
            step = .length
            return .bytes(1)
        case .length:
            guard bytes[0] > 0 else { return beginBlock() }
            step = .introduction
            return .skip(Int64(bytes[0]))
        case .content: return beginBlock()
        }
    }

    private mutating func beginBlock() -> PictureAppetite {
        step = .block
        return .bytes(1)
    }

    private mutating func block(_ kind: UInt8) -> PictureAppetite {
        switch kind {
        // Trailer
        case 0x3B: return .nothing
        // Image descriptor (§20)
        case 0x2C:
            step = .descriptor
            return .bytes(9)
        // Extension (§23 to §26): its label, then sub-blocks.
        case 0x21:
            step = .introduction
            return .skip(1)
        // Readers pass over what stands between blocks.
        default: return beginBlock()
        }
    }

    /// A table of colours, as a packed field announces it, and `more` bytes behind it.
    private mutating func skipTable(_ packed: UInt8, then next: Step, more: Int64) -> PictureAppetite {
        step = next
        let table = packed & 0x80 == 0 ? 0 : Int64(3) << Int64(packed & 7 + 1)
        return .skip(table + more)
    }
}
