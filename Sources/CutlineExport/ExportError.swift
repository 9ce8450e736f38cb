import CutlineCore
import SystemPackage

/// Why an export could not be written. What reading the records throws is passed on as it is.
package enum ExportError: Error, Hashable, Sendable, CustomStringConvertible {
    case exists(FilePath)
    case isFolder(FilePath)
    /// A file stands where a folder should be.
    case isFile(FilePath)
    case folderExists(FilePath)
    /// It holds something that is not of an export; its name where there is one.
    case folderTaken(FilePath, by: String?)
    /// A link or a file stands where a folder below the output folder should be.
    case leadsOut(FilePath)
    /// Hard links need one file system.
    case otherFileSystem(FilePath)
    /// Caption files that stand there already, and the first of them.
    case captionFilesExist(Int, first: FilePath)
    case needsFolder, needsFile
    /// The reader of our output went away; at the end of a pipe that is a normal end.
    case closedPipe
    /// The file, or nil for a descriptor.
    case cannotWrite(FilePath?, Errno)

    package var description: String {
        switch self {
        case .exists(let path): "\(path.text) exists already; give --overwrite to replace it, or another name"
        case .isFolder(let path): "\(path.text) is a folder; name a file in it"
        case .isFile(let path): "\(path.text) is not a folder; this format is one, so give another name"
        case .folderExists(let path):
            "\(path.text) is not empty; give --overwrite to replace an earlier export in it, or name a new folder"
        case .folderTaken(let path, let name?):
            "\(path.text) is not an export of this format alone: it holds \(name); nothing was replaced, name a new folder"
        case .folderTaken(let path, nil): "\(path.text) cannot be an export; name a new folder"
        case .leadsOut(let path): "\(path.text) is a link or a file where a folder should be; remove it, or name another folder"
        case .otherFileSystem(let path):
            "\(path.text) is on another file system than the pictures, where no hard links lead; give --pictures copy or link"
        case .captionFilesExist(let count, let first):
            "\(count == 1 ? "a caption file exists" : "\(count) caption files exist") already (\(first.text)); nothing was written: "
                + "give --existing skip, overwrite or append, or another --caption-extension"
        case .needsFolder: "this format is a folder; name it with -o FOLDER"
        case .needsFile: "this format is a file; name it with -o FILE"
        case .closedPipe: "whoever read the output closed it"
        case .cannotWrite(let path?, let errno): "\(path.text) cannot be written: \(errno)"
        case .cannotWrite(nil, let errno): "the output cannot be written: \(errno)"
        }
    }
}
