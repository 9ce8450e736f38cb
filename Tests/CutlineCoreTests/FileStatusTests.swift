import CutlineCore
import SystemPackage
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

struct FileStatusTests {
    @Test func aStampHoldsSizeTimeAndInode() {
        var status = stat()
        status.st_size = 1_234
        status.st_ino = 99
        let time = timespec(tv_sec: 1_700_000_000, tv_nsec: 123_456_789)
        #if canImport(Glibc)
            status.st_mtim = time
        #else
            status.st_mtimespec = time
        #endif
        #expect(FileStamp(status) == FileStamp(size: 1_234, modified: 1_700_000_000_123_456_789, inode: 99))
    }

    @Test(arguments: [Errno.tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory, .noBufferSpace])
    func whoIsOutOfSomethingMayAskAgain(code: Errno) { #expect(code.isShortage) }

    @Test(arguments: [Errno.noSuchFileOrDirectory, .permissionDenied, .ioError, .noSpace, .connectionRefused])
    func otherErrorsAreOfTheFileOrTheHost(code: Errno) { #expect(!code.isShortage) }
}
