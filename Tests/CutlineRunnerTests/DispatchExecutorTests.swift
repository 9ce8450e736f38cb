import Dispatch
import Testing

@testable import CutlineRunner

@Suite(.timeLimit(.minutes(15))) struct DispatchExecutorTests {
    private actor Guest {
        private let executor = DispatchExecutor(label: "test")
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
        nonisolated var queue: DispatchQueue { executor.queue }
        private var visits: [Int] = []

        func visit(_ number: Int) { visits.append(number) }
        func all() -> [Int] { visits }
    }

    @Test func blocksOfItsQueueAreInsideTheActorAndKeepTheirOrder() async {
        let guest = Guest()
        for number in 0..<100 {
            guest.queue.async { guest.assumeIsolated { $0.visit(number) } }
        }
        #expect(await guest.all() == Array(0..<100))
    }

    @Test func anyOtherThreadIsOutside() async {
        await #expect(processExitsWith: .failure) { DispatchExecutor(label: "test").checkIsolated() }
    }
}

struct DescriptorsTests {
    @Test func thereIsRoomForAFewCallsAtLeast() {
        #expect((4...65_536).contains(Descriptors.callLimit()))
    }
}
