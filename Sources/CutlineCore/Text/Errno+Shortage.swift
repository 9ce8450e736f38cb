import SystemPackage

extension Errno {
    /// Whether the process or the system is out of descriptors, memory or buffers: the call may be made later, and nothing is said of its file or
    /// host.
    package var isShortage: Bool {
        [.tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory, .noBufferSpace].contains(self)
    }
}
