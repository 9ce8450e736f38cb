import CutlineCore
import SystemPackage

/// One part of a glob, between two slashes: `*`, `?`, `[a-z]` and `[!a-z]`. What is compared are Unicode scalars where a name is
/// UTF-8 and bytes where it is not, never composed characters.
struct GlobPattern {
    private enum Piece {
        case any
        case one(isNegated: Bool, [ClosedRange<UInt32>])
    }

    private var pieces: [Piece] = []
    /// Like a shell's, `*` does not find hidden names.
    private let findsHidden: Bool

    init(_ bytes: [UInt8]) {
        findsHidden = bytes.first == UInt8(ascii: ".")
        let units = Self.units(bytes)
        var position = 0
        while position < units.count {
            switch units[position] {
            case 0x2A: pieces.append(.any)
            case 0x3F: pieces.append(.one(isNegated: true, []))
            case 0x5B:
                if let (piece, end) = Self.bracket(units, at: position) {
                    pieces.append(piece)
                    position = end
                } else {
                    pieces.append(.one(isNegated: false, [0x5B...0x5B]))
                }
            case let unit: pieces.append(.one(isNegated: false, [unit...unit]))
            }
            position += 1
        }
    }

    static func hasWildcards(_ bytes: [UInt8]) -> Bool { bytes.contains { [0x2A, 0x3F, 0x5B].contains($0) } }

    /// Goes back to the last `*` only, so the time is at worst name times pattern.
    func matches(_ name: [UInt8]) -> Bool {
        if name.first == UInt8(ascii: "."), !findsHidden { return false }
        let units = Self.units(name)
        var (unit, piece) = (0, 0)
        var retry: (unit: Int, piece: Int)?
        while unit < units.count {
            if piece < pieces.count, case .any = pieces[piece] {
                retry = (unit, piece)
                piece += 1
            } else if piece < pieces.count, accepts(pieces[piece], units[unit]) {
                (unit, piece) = (unit + 1, piece + 1)
            } else if let last = retry {
                retry = (last.unit + 1, last.piece)
                (unit, piece) = (last.unit + 1, last.piece + 1)
            } else {
                return false
            }
        }
        return pieces[piece...].allSatisfy { if case .any = $0 { true } else { false } }
    }

    private func accepts(_ piece: Piece, _ unit: UInt32) -> Bool {
        guard case .one(let isNegated, let ranges) = piece else { return false }
        return ranges.contains { $0.contains(unit) } != isNegated
    }

    /// A bracket that does not end is an ordinary character; a `]` right behind the opening one belongs to the set.
    private static func bracket(_ units: [UInt32], at start: Int) -> (Piece, end: Int)? {
        var position = start + 1
        let isNegated = position < units.count && [0x21, 0x5E].contains(units[position])
        if isNegated { position += 1 }
        var ranges: [ClosedRange<UInt32>] = []
        while position < units.count {
            if units[position] == 0x5D, !ranges.isEmpty { return (.one(isNegated: isNegated, ranges), position) }
            let low = units[position]
            if position + 2 < units.count, units[position + 1] == 0x2D, units[position + 2] != 0x5D {
                let high = units[position + 2]
                ranges.append(min(low, high)...max(low, high))
                position += 3
            } else {
                ranges.append(low...low)
                position += 1
            }
        }
        return nil
    }

    /// Bytes of a name that is not UTF-8 stand above all scalars.
    private static func units(_ bytes: [UInt8]) -> [UInt32] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return bytes.map { $0 < 0x80 ? UInt32($0) : 0x110000 + UInt32($0) }
        }
        return text.unicodeScalars.map(\.value)
    }
}
