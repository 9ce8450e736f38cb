import SystemPackage

/// What is being written has a hidden name, `.cutline-export-0.part`, which folders of pictures and this program's own input leave out. Who
/// writes it holds the kernel's lock on it, so that the next export to the same place knows what a killed one has left, and removes it.
extension Folder {
    /// How many may be written at once.
    private static let unfinishedNames = 1_000
    /// Numbers are taken from below, so what was left is among the first.
    private static let sweptNames = 64

    private static func unfinishedName(_ number: Int) -> FilePath.Component { FilePath.Component(".cutline-export-\(number).part")! }

    /// A new folder.
    func stage() throws(ExportError) -> (FilePath.Component, Folder) {
        try unfinished { name throws(ExportError) -> Folder? in
            guard let folder = try makeFolder(name) else { return nil }
            return folder.hold(name, in: self) ? folder : nil
        }
    }

    /// A new file, to be written.
    func unfinishedFile() throws(ExportError) -> (FilePath.Component, FileDescriptor) {
        try unfinished { name throws(ExportError) -> FileDescriptor? in
            guard try kind(name) == .nothing, let file = try createUnlessTaken(name) else { return nil }
            if Self.hold(file.rawValue, name, in: self) { return file }
            // Another process removes it, or has: what it holds is closed without a word.
            try? file.close()
            return nil
        }
    }

    private func createUnlessTaken(_ name: FilePath.Component) throws(ExportError) -> FileDescriptor? {
        do throws(ExportError) { return try create(name) } catch {
            if case .cannotWrite(_, .fileExists) = error { return nil }
            throw error
        }
    }

    private func unfinished<Thing>(
        _ make: (FilePath.Component) throws(ExportError) -> Thing?
    ) throws(ExportError) -> (FilePath.Component, Thing) {
        sweepUnfinished()
        for name in (0..<Self.unfinishedNames).lazy.map(Self.unfinishedName) {
            if let thing = try make(name) { return (name, thing) }
        }
        throw .cannotWrite(path, .fileExists)
    }

    /// Removes what killed exports have left here.
    private func sweepUnfinished() {
        for name in (0..<Self.sweptNames).map(Self.unfinishedName) {
            whileFree(name) { if !remove(name) { removeTree(name) } }
        }
    }
}
