import CutlineCore
import SystemPackage

/// Why an export could not be written. What reading the records throws is passed on as it is.
package enum ExportError: Error, Hashable, Sendable, CustomStringConvertible {
    case exists(FilePath)
    case isFolder(FilePath)
    /// The reader of our output went away; at the end of a pipe that is a normal end.
    case closedPipe
    /// The file, or nil for a descriptor.
    case cannotWrite(FilePath?, Errno)

    package var description: String {
        switch self {
        case .exists(let path): "\(path.text) exists already; give --overwrite to replace it, or another name"
        case .isFolder(let path): "\(path.text) is a folder; name a file in it"
        case .closedPipe: "whoever read the output closed it"
        case .cannotWrite(let path?, let errno): "\(path.text) cannot be written: \(errno)"
        case .cannotWrite(nil, let errno): "the output cannot be written: \(errno)"
        }
    }
}
