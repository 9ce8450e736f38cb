import CutlineCore
import Dispatch
import Synchronization
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How darkrooms are run.
package struct DarkroomPlan: Sendable {
    /// What has the hidden command `darkroom`.
    package var program: FilePath
    /// Where results lie, without a name, while they are sent.
    package var folder: FilePath
    /// At most so many at once.
    package var count: Int
    /// How long a picture waits for one.
    package var queuePatience = Duration.seconds(10)
    /// How long one works on a picture.
    package var workPatience = Duration.seconds(30)
    /// After which a child ends that nobody needs.
    package var idleness = Duration.seconds(10)
    package var picturesPerChild = 500

    /// - Parameter count: nil: as many as there are processors, at most four.
    package init(program: FilePath, folder: FilePath, count: Int? = nil) {
        (self.program, self.folder) = (program, folder)
        self.count = max(1, count ?? min(4, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
    }
}

/// The darkrooms of this process: started at the first picture that needs one, first come, first served.
package final class Darkrooms: Sendable {
    private struct Waiter {
        let ticket: Int
        let continuation: CheckedContinuation<DarkroomSlot?, Never>
    }

    private struct State {
        var idle: [DarkroomSlot] = []
        var made = 0
        var line: [Waiter] = []
        var tickets = 0
        /// Who gave up before standing in the line.
        var gone: Set<Int> = []
        /// libvips is not installed; that does not change under a running process.
        var isMissing = false
    }

    private let plan: DarkroomPlan
    private let state = Mutex(State())
    private let clock = DispatchQueue(label: "cutline.darkrooms")

    package init(_ plan: DarkroomPlan) { self.plan = plan }

    /// See `Prepare`.
    @Sendable package func prepare(
        _ source: Int32, _ name: String, _ order: PreparationOrder
    ) async throws(PreparationTrouble) -> PreparedPicture? {
        if state.withLock(\.isMissing) { throw .missing }
        guard let slot = await slot() else {
            throw .notNow(Task.isCancelled ? "stopped" : "all darkrooms were busy for \(plan.queuePatience.milliseconds / 1_000) s")
        }
        let result = await slot.prepare(source, name, order)
        if case .failure(.missing) = result { state.withLock { $0.isMissing = true } }
        giveBack(slot)
        return try result.get()
    }

    /// What they are made of here.
    ///
    /// - Returns: nil where libvips is missing.
    package func examine() async throws(PreparationTrouble) -> (version: String, formats: [PictureFormat], isConfined: Bool)? {
        do throws(DarkroomChild.NotStarted) {
            let greeting = try await DarkroomSlot(plan).greeting()
            return greeting.version.map { ($0, greeting.formats, greeting.isConfined) }
        } catch {
            throw .notNow("what prepares pictures cannot be started: \(error.words)")
        }
    }

    /// Nil: there was none in time, or nobody waits any more.
    private func slot() async -> DarkroomSlot? {
        let ticket = state.withLock { state in
            state.tickets += 1
            return state.tickets
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { wait(Waiter(ticket: ticket, continuation: $0)) }
        } onCancel: {
            leave(ticket)
        }
    }

    private func wait(_ waiter: Waiter) {
        let slot: DarkroomSlot?? = state.withLock { state in
            if state.gone.remove(waiter.ticket) != nil { return .some(nil) }
            if let slot = state.idle.popLast() { return slot }
            if state.made < plan.count {
                state.made += 1
                return DarkroomSlot(plan)
            }
            state.line.append(waiter)
            return nil
        }
        if let slot { return waiter.continuation.resume(returning: slot) }
        clock.asyncAfter(deadline: .now() + .milliseconds(Int(plan.queuePatience.milliseconds))) { [weak self] in
            self?.leave(waiter.ticket, isLate: true)
        }
    }

    private func leave(_ ticket: Int, isLate: Bool = false) {
        let waiter: Waiter? = state.withLock { state in
            guard let place = state.line.firstIndex(where: { $0.ticket == ticket }) else {
                // One that is cancelled may not stand there yet.
                if !isLate { state.gone.insert(ticket) }
                return nil
            }
            return state.line.remove(at: place)
        }
        waiter?.continuation.resume(returning: nil)
    }

    private func giveBack(_ slot: DarkroomSlot) {
        let next: Waiter? = state.withLock { state in
            guard !state.line.isEmpty else {
                state.idle.append(slot)
                return nil
            }
            return state.line.removeFirst()
        }
        next?.continuation.resume(returning: slot)
    }
}
