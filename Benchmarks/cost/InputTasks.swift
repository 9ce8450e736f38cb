import CutlineCore
import CutlineInput
import CutlineQueue
import SystemPackage

extension CountedTask {
    /// Adding the 1,000 rows of a manifest: reading, checking and filing them.
    static let add = CountedTask { folder in
        for count in [50, 1_000] { try Manifest.write(folder, count) }
        _ = try Bench.queue(in: folder)
    } open: { folder in
        let (queue, batch) = try Bench.queue(in: folder)
        return { count in
            let added = try Manifest.add(folder, count, to: batch, of: queue)
            guard added.new == count else { throw Bench.Unexpected(what: "\(added)") }
        }
    }

    /// Adding them once more: all of them stand there.
    static let addAgain = CountedTask { folder in
        let (queue, batch) = try Bench.queue(in: folder)
        for count in [50, 1_000] {
            try Manifest.write(folder, count)
            _ = try Manifest.add(folder, count, to: batch, of: queue)
        }
    } open: { folder in
        let (queue, batch) = try Bench.queue(in: folder)
        return { count in
            let added = try Manifest.add(folder, count, to: batch, of: queue)
            guard added.known == count else { throw Bench.Unexpected(what: "\(added)") }
        }
    }
}

/// A manifest of rows with addresses, and the way of `cutline add` from there into a queue.
enum Manifest {
    static func write(_ folder: FilePath, _ count: Int) throws {
        let lines = (0..<count).map { number in
            #"{"key": "item-\#(count)-\#(number)", "image": "https://pictures.example/\#(count)/\#(number).jpg", "title": "Title \#(number)", "#
                + #""width": \#(640 + number % 100)}\#n"#
        }
        let file = try FileDescriptor.open(path(folder, count), .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
        _ = try file.closeAfter { try file.writeAll(lines.joined().utf8) }
    }

    static func add(_ folder: FilePath, _ count: Int, to batch: BatchID, of queue: Queue) throws -> Added {
        let plan = try InputPlan.read([path(folder, count).string], from: folder, temporaryFolder: folder)
        let input = try plan.checked(for: Bench.settings)
        let from = try queue.inputs(named: input.inputNames, of: batch)
        var captions = try queue.reader.captionSearch(for: Bench.settings, batch: batch, checks: CheckRules(), use: .tell)
        var (added, chunks) = (Added(), [[JobDraft]]())
        try input.forEachChunk(of: 500) { items in
            let known = try queue.reader.knownPictures(items.flatMap { $0.images.map(\.source) })
            let drafts = try items.map { item in
                var draft = try Drafter.draft(item, settings: Bench.settings, knownDigest: known.content)
                draft.input = from[item.input]
                return draft
            }
            let changed = try queue.changed(among: drafts, in: batch, &captions, &added)
            if !changed.isEmpty { chunks.append(changed) }
        }
        guard !chunks.isEmpty else { return added }
        chunks.reverse()
        return try added + queue.add(to: batch, &captions, now: .start) { chunks.popLast() }
    }

    private static func path(_ folder: FilePath, _ count: Int) -> FilePath { folder.appending("manifest-\(count).jsonl") }
}
