import CutlineConfine
import CutlineCore
import Dispatch
import Synchronization
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A place for one darkroom: the queue that blocks for it, and the child while there is one.
final class DarkroomSlot: Sendable {
    private struct State {
        var child: DarkroomChild?
        /// By this child.
        var pictures = 0
        /// Counts pieces of work, to tell whether any came since.
        var turns = 0
    }

    private let queue = DispatchQueue(label: "cutline.darkroom")
    private let state = Mutex(State())
    private let plan: DarkroomPlan

    init(_ plan: DarkroomPlan) { self.plan = plan }

    /// What a fresh child says of itself.
    func greeting() async throws(DarkroomChild.NotStarted) -> Greeting {
        let result = await withCheckedContinuation { continuation in
            queue.async { [plan] in
                continuation.resume(
                    returning: Result { () throws(DarkroomChild.NotStarted) in try DarkroomChild(plan.program).greeting })
            }
        }
        return try result.get()
    }

    func prepare(_ source: Int32, _ name: String, _ order: PreparationOrder) async -> Result<PreparedPicture?, PreparationTrouble> {
        let isStopped = Flag()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async { [self] in
                    let result = Result { () throws(PreparationTrouble) in try prepare(source, name, order, isStopped) }
                    continuation.resume(returning: result)
                    endWhenIdle()
                }
            }
        } onCancel: {
            isStopped.set()
            // Nobody waits for it, and what it does cannot be stopped otherwise.
            state.withLock(\.child)?.kill()
        }
    }

    private func prepare(
        _ source: Int32, _ name: String, _ order: PreparationOrder, _ isStopped: Flag
    ) throws(PreparationTrouble) -> PreparedPicture? {
        for isLast in [false, true] {
            guard !isStopped.isSet else { throw .notNow("stopped") }
            let child = try child()
            guard child.greeting.version != nil else { throw .missing }
            guard child.greeting.formats.contains(order.format) else {
                throw .unreadable("\(name) is \(order.format.mimeType), for which the installed libvips has no decoder (`cutline doctor`)")
            }
            let target = cutline_nameless_file(plan.folder.string)
            guard target >= 0 else {
                throw .notNow("a prepared picture cannot be kept in \(plan.folder.string): \(Errno(rawValue: errno)); make room there")
            }
            let result = ResultFile(target)
            let answer: DarkroomAnswer
            do throws(MessageSocket.Trouble) {
                answer = try child.answer(order, from: source, to: target, within: plan.workPatience)
            } catch {
                try ended(child, error, name, isLast: isLast && !isStopped.isSet)
                continue
            }
            return try picture(result, answer, name, by: child.greeting).get()
        }
        throw .notNow("stopped")
    }

    /// One that died may have died of something else than this picture, once.
    private func ended(
        _ child: DarkroomChild, _ trouble: MessageSocket.Trouble, _ name: String, isLast: Bool
    ) throws(PreparationTrouble) {
        defer { drop() }
        switch trouble {
        case .overdue:
            child.kill()
            throw .unreadable("\(name) took longer than \(plan.workPatience.milliseconds / 1_000) s to open")
        case .closed:
            let death = child.death()
            if isLast { throw .unreadable("\(name) made the decoder fail (\(death))") }
        }
    }

    private func picture(
        _ result: ResultFile, _ answer: DarkroomAnswer, _ name: String, by maker: Greeting
    ) -> Result<PreparedPicture?, PreparationTrouble> {
        switch answer {
        case .unchanged: return .success(nil)
        case .ready(let format, let width, let height, let byteCount):
            // Its word is not taken for what is sent.
            guard result.byteCount == Int64(byteCount), byteCount > 0 else {
                return .failure(.notNow("a prepared picture was not kept whole"))
            }
            return .success(
                PreparedPicture(
                    format: format, size: PictureSize(width: width, height: height), byteCount: Int64(byteCount),
                    maker: maker.version.map { "libvips \($0)" }, read: result.read))
        case .unreadable(let words): return .failure(.unreadable("\(name) \(words)"))
        case .tooLarge(let words): return .failure(.tooLarge("\(name) \(words)"))
        case .noRoom(let words): return .failure(.notNow("\(words); make room in \(plan.folder.string)"))
        }
    }

    /// The child of this slot; another one after so many pictures, since decoders leak.
    private func child() throws(PreparationTrouble) -> DarkroomChild {
        let known = state.withLock { state in
            if state.pictures >= plan.picturesPerChild { (state.child, state.pictures) = (nil, 0) }
            state.pictures += 1
            state.turns += 1
            return state.child
        }
        if let known { return known }
        do throws(DarkroomChild.NotStarted) {
            let child = try DarkroomChild(plan.program)
            state.withLock { $0.child = child }
            return child
        } catch {
            throw .notNow("what prepares pictures cannot be started: \(error.words)")
        }
    }

    private func drop() {
        // Its end is waited for outside the lock.
        let child = state.withLock { state in
            defer { (state.child, state.pictures) = (nil, 0) }
            return state.child
        }
        withExtendedLifetime(child) {}
    }

    private func endWhenIdle() {
        let turns = state.withLock(\.turns)
        queue.asyncAfter(deadline: .now() + .milliseconds(Int(plan.idleness.milliseconds))) { [weak self] in
            guard let self, state.withLock({ $0.turns == turns }) else { return }
            drop()
        }
    }
}

/// What the child writes into; it has no name, so that it goes with its last descriptor.
private final class ResultFile: Sendable {
    private let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }
    deinit { close(descriptor) }

    var byteCount: Int64 {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int64(status.st_size) : -1
    }

    @Sendable func read(_ buffer: UnsafeMutableRawBufferPointer, _ offset: Int64) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = pread(descriptor, buffer.baseAddress! + filled, buffer.count - filled, off_t(offset) + off_t(filled))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            filled += count
        }
        return filled
    }
}

private final class Flag: Sendable {
    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }
    func set() { value.withLock { $0 = true } }
}
