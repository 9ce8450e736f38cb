import CutlineCore
import NIOCore

extension Call {
    /// Has those of its pictures prepared that the provider would refuse as they are, and all that the batch wants prepared.
    ///
    /// - Parameter mends: whether what the provider would refuse is prepared where the batch says nothing.
    /// - Returns: what keeps the call from being sent; nil: nothing.
    mutating func prepare(with prepare: Prepare?, mends: Bool, before deadline: NIODeadline) async -> Outcome? {
        guard request.preparation != nil || mends, !profile.images.preparedFormats.isEmpty else { return nil }
        guard let prepare else { return request.preparation == nil ? nil : unpreparable }
        do {
            let wanted = try await request.preparation == nil ? refused(before: deadline) : preparable.keys.sorted()
            for index in wanted { try await replace(index, with: prepare, before: deadline) }
            while let index = largestOfTooMuch { try await replace(index, with: prepare, mayStay: false, before: deadline) }
            return nil
        } catch PreparationTrouble.missing {
            if request.preparation != nil { return unpreparable }
            // They are sent as they are, and whatever the rules say of them is said with what would help.
            missesPreparation = true
            replace(by: [:])
            return nil
        } catch let trouble as PreparationTrouble {
            return Self.outcome(of: trouble)
        } catch let fault as PictureFault {
            return await outcome(of: fault)
        } catch {
            return .notSent("stopped")
        }
    }

    /// Its pictures may not be sent as they are, and nothing else is possible here.
    private var unpreparable: Outcome {
        .failure(Failure(.imageRejected, "its pictures are to be prepared, which takes libvips\(Self.advice(.imageRejected))"))
    }

    private static func outcome(of trouble: PreparationTrouble) -> Outcome {
        switch trouble {
        case .unreadable(let words): .failure(Failure(.imageUnreadable, words))
        case .tooLarge(let words): .failure(Failure(.tooLarge, words))
        case .notNow(let words): .notSent(words)
        case .missing: .notSent("what prepares pictures is missing")
        }
    }

    /// Those that are not sent as they are, by their places.
    private func refused(before deadline: NIODeadline) async throws -> [Int] {
        let (rules, files) = (profile.images, preparable)
        let unclear = files.filter { rules.reasonToPrepare($0.value, nil) == nil && rules.wantsFacts(of: $0.value.format) }
        let facts: [Int: PictureFacts] =
            unclear.isEmpty
            ? [:]
            : try await onDisk(before: deadline, unclear.values.first) { disk in
                try unclear.mapValues { file in
                    disk.touch(file.path)
                    return PictureFacts(header: try PictureReader(file).header(Self.headerLength(of: file.format)))
                }
            }
        return files.filter { rules.reasonToPrepare($0.value, facts[$0.key]) != nil }.keys.sorted()
    }

    /// A JPEG's size stands behind its EXIF part.
    private static func headerLength(of format: PictureFormat) -> Int { format == .jpeg ? 256 << 10 : PictureFacts.headerLength }

    /// Local and fetched ones; one that is known to be damaged is refused without being opened.
    private var preparable: [Int: PictureFile] {
        var files: [Int: PictureFile] = [:]
        for (index, image) in request.images.enumerated() {
            if case .file(let file) = image, request.sendsDamaged || file.damage == nil { files[index] = file }
        }
        return files
    }

    /// While the request is longer than the provider takes: what is largest of it and not prepared yet.
    private var largestOfTooMuch: Int? {
        guard let limit = profile.images.maxRequestBytes, body.length > limit else { return nil }
        return preparable.filter { prepared[$0.key] == nil }.max { ($0.value.byteCount, $1.key) < ($1.value.byteCount, $0.key) }?.key
    }

    private mutating func replace(
        _ index: Int, with prepare: Prepare, mayStay: Bool = true, before deadline: NIODeadline
    ) async throws {
        guard let file = preparable[index] else { return }
        // It is looked at on the very descriptor that is handed over.
        let reader = try await onDisk(before: deadline, file) { disk in
            disk.touch(file.path)
            return try PictureReader(file)
        }
        var order = order(of: file)
        order.mayStay = order.mayStay && mayStay
        let picture = try await prepare(reader.descriptor, file.place.text, order)
        withExtendedLifetime(reader) {}
        guard let picture else { return }
        replace(by: prepared.merging([index: picture]) { $1 })
    }

    private func order(of file: PictureFile) -> PreparationOrder {
        let (rules, preparation) = (profile.images, request.preparation)
        let bound = preparation?.bound ?? ImageTokens(model: request.model).bound(detail: request.parameters.detail)
        var order = PreparationOrder(
            format: file.format, offset: file.offset, length: file.byteCount, bound: bound.taken(by: rules), formats: rules.preparedFormats,
            mostBytes: rules.maxBytes, sendsDamaged: request.sendsDamaged)
        guard let preparation else { return order }
        order.formats = preparation.formats(of: order.formats)
        (order.quality, order.background) = (preparation.quality, preparation.background)
        order.mayStay = preparation.mode == .fit && rules.reasonToPrepare(file, nil) == nil
        return order
    }

    private mutating func replace(by prepared: [Int: PreparedPicture]) {
        self.prepared = prepared
        body = RequestBody(request, profile: profile, prepared: prepared)
    }

    private func onDisk<Value: Sendable>(
        before deadline: NIODeadline, _ file: PictureFile?, _ body: @escaping @Sendable (Disk) throws -> Value
    ) async throws -> Value {
        // Another picture may have taken its time.
        let deadline = max(deadline, .now() + .seconds(3))
        do { return try await disk.threads.run(before: deadline) { [disk] in try body(disk) } } catch is BlockingThreads.Overdue {
            throw PictureFault.hung(Disk.timeout(file?.place.text ?? "a picture", disk.patience))
        }
    }
}
