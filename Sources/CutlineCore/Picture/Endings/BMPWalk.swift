/// BMP: the headers say how much there is. The length of the file that they tell is often wrong; that of uncompressed pixels can be counted.
struct BMPWalk: PictureWalk {
    private enum Step { case file, info, pixels }

    private var step = Step.file
    private var head: [UInt8] = []
    private var end: Int64?

    /// BITMAPFILEHEADER and the first 12 bytes of what follows, which is a whole BITMAPCOREHEADER.
    let first = PictureAppetite.bytes(26)

    mutating func next(_ bytes: [UInt8], at position: Int64) -> PictureAppetite {
        head += bytes
        switch step {
        case .file:
            guard head.little(4, at: 14) == 12 else {
                step = .info
                return .bytes(8)
            }
            end = length(width: head.little(2, at: 18), height: head.little(2, at: 20), depth: head.little(2, at: 24))
        case .info:
            let height = head.little(4, at: 22).map { abs(Int(Int32(truncatingIfNeeded: $0))) }
            let isPlain = [0, 3, 6].contains(head.little(4, at: 30))
            end =
                isPlain
                ? length(width: head.little(4, at: 18), height: height, depth: head.little(2, at: 28))
                : head.little(4, at: 2).map(Int64.init)
        case .pixels: break
        }
        step = .pixels
        return .nothing
    }

    /// Rows are filled up to four bytes.
    private func length(width: Int?, height: Int?, depth: Int?) -> Int64? {
        guard let offset = head.little(4, at: 10), let width, let height, let depth else { return nil }
        let row = (width * depth + 31) / 32 * 4
        let (pixels, overflows) = Int64(row).multipliedReportingOverflow(by: Int64(height))
        return overflows || pixels > Int64.max / 2 ? nil : Int64(offset) + pixels
    }

    func isWhole(at position: Int64, wanting appetite: PictureAppetite) -> Bool {
        guard case .pixels = step else { return false }
        // Nonsense in a header is for whoever decodes it.
        return end.map { position >= $0 } ?? true
    }
}
