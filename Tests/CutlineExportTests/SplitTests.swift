import CutlineCore
import TestSupport
import Testing

@testable import CutlineExport

struct SplitTests {
    private func split(_ shares: Double..., seed: UInt64 = 0) -> Split {
        Split(shares.enumerated().map { Split.Part(name: "part-\($0)", share: $1) }, seed: seed)
    }

    private func record(_ number: Int) -> Record { .make(id: Int64(number), pictures: [.url("https://x.invalid/\(number)")]) }

    /// A change here would move pictures of existing datasets from one side to the other.
    @Test func placesAreWrittenInStone() {
        let parts = (0..<20).map { split(0.5, 0.5, seed: 7).part(of: record($0)) }
        #expect(parts == [0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0])
    }

    @Test(arguments: [[0.9, 0.1], [0.5, 0.25, 0.25], [1.0], [0.01, 0.99]])
    func sharesAreKept(shares: [Double]) {
        let split = Split(shares.enumerated().map { Split.Part(name: "\($0)", share: $1) }, seed: 3)
        var counts = shares.map { _ in 0.0 }
        for number in 0..<4_000 { counts[split.part(of: record(number))] += 1 / 4_000 }
        for (count, share) in zip(counts, shares) { #expect(abs(count - share) < 0.03) }
    }

    @Test func onlyThePicturesAndTheSeedDecide() {
        let bytes = PictureFile(
            path: "/a.png", stamp: FileStamp(size: 1, modified: 2, inode: 3), format: .png, digest: Array(repeating: 7, count: 32))
        var copy = bytes
        copy.path = "/elsewhere/b.png"
        copy.stamp = FileStamp(size: 1, modified: 9, inode: 9)
        var other = bytes
        var differing = 0
        for number in UInt8(0)..<64 {
            let split = split(0.5, 0.5, seed: UInt64(number))
            let part = split.part(of: .make(id: 1, key: "a", prompt: "one", pictures: [.file(bytes)]))
            #expect(part == split.part(of: .make(id: 2, key: "b", prompt: "two", caption: "other", pictures: [.file(copy)])))
            other.digest = Array(repeating: number &+ 100, count: 32)
            if part != split.part(of: .make(id: 1, key: "a", prompt: "one", pictures: [.file(other)])) { differing += 1 }
        }
        #expect((16...48).contains(differing), "another picture, another place")
    }

    @Test func anotherSeedIsAnotherSplit() {
        let (one, two) = (split(0.5, 0.5, seed: 1), split(0.5, 0.5, seed: 2))
        let moved = (0..<1_000).count { one.part(of: record($0)) != two.part(of: record($0)) }
        #expect((400...600).contains(moved))
    }

    @Test func theFirstPartGrowsWithoutLosingAny() {
        let (less, more) = (split(0.2, 0.8), split(0.3, 0.7))
        for number in 0..<500 where less.part(of: record(number)) == 0 { #expect(more.part(of: record(number)) == 0) }
    }
}
