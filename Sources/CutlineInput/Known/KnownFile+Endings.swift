/// What endings of names tell.
extension KnownFile {
    static let rawEndings: Set<String> = [
        "3fr", "arw", "cr2", "cr3", "crw", "dcr", "dng", "erf", "gpr", "iiq", "kdc", "mef", "mos", "mrw", "nef", "nrw", "orf", "pef", "raf",
        "raw", "rw2", "rwl", "sr2", "srf", "srw", "x3f",
    ]

    /// - Parameter name: In lower case.
    static func byEnding(of name: String) -> KnownFile? {
        if [".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst"].contains(where: name.hasSuffix) { return .archive("a compressed tar archive") }
        let ending = ending(of: name)
        return rawEndings.contains(ending) ? .raw : endings[ending]
    }

    private static let endings: [String: KnownFile] = [
        "tar": .tar, "zip": .zip, "cbz": .zip, "tgz": .archive("a compressed tar archive"), "tbz2": .archive("a compressed tar archive"),
        "txz": .archive("a compressed tar archive"), "7z": .archive("a 7z archive"), "rar": .archive("a RAR archive"),
        "cbr": .archive("a RAR archive"),
        "gz": KnownFile(.archive, "a compressed file", "unpack it and name what was in it"),
        "parquet": .parquet, "arrow": .arrow, "feather": .arrow, "tfrecord": KnownFile(.table, "a TFRecord file", tableRemedy),
        "h5": .hdf5, "hdf5": .hdf5, "npy": .numpy, "npz": .numpy, "db": .database, "sqlite": .database, "sqlite3": .database,
        "pkl": KnownFile(.table, "a Python pickle", tableRemedy), "pickle": KnownFile(.table, "a Python pickle", tableRemedy),
        "xlsx": .workbook("an Excel workbook"), "xlsm": .workbook("an Excel workbook"), "xlsb": .workbook("an Excel workbook"),
        "xls": .workbook("an Excel workbook"), "ods": .workbook("an OpenDocument spreadsheet"),
        "numbers": .workbook("a Numbers spreadsheet"),
        "docx": .office("a Word document"), "doc": .office("a Word document"), "odt": .office("an OpenDocument text"),
        "rtf": .office("an RTF document"), "pptx": .office("a PowerPoint presentation"), "ppt": .office("a PowerPoint presentation"),
        "epub": .office("an EPUB book"), "pdf": .pdf, "ps": .postScript, "eps": .postScript,
        "mp4": .video, "m4v": .video, "mov": .video, "mkv": .video, "webm": .video, "avi": .video, "wmv": .video, "mpg": .video,
        "mpeg": .video, "flv": .video, "3gp": .video,
        "svg": .drawing, "psd": .photoshop, "psb": .photoshop, "xcf": .gimp, "ai": .postScript,
        "jxl": .convertible("JPEG XL"), "jp2": .convertible("JPEG 2000"), "j2k": .convertible("JPEG 2000"),
        "ico": .convertible("icon (ICO)"), "exr": .convertible("OpenEXR"), "hdr": .convertible("Radiance HDR"), "dds": .convertible("DDS"),
        "tga": .convertible("Targa"), "pcx": .convertible("PCX"), "qoi": .convertible("QOI"), "ppm": .convertible("PPM"),
        "pgm": .convertible("PGM"), "pbm": .convertible("PBM"), "pnm": .convertible("PNM"),
    ]

    static let raw = KnownFile(.picture, "a RAW photograph", "convert it to JPEG and name that, or take it out of the input")
    static let photoshop = KnownFile(.picture, "a Photoshop document", "export it as PNG or JPEG and name that")
    static let gimp = KnownFile(.picture, "a GIMP document", "export it as PNG or JPEG and name that")
    static let drawing = KnownFile(.picture, "an SVG drawing", "export it as PNG and name that")
    static let page = KnownFile(.document, "an HTML page", "download again what should be here")
    static let lfsPointer = KnownFile(.document, "a Git LFS pointer, not the file itself", "fetch the files with git lfs pull")
    static let video = KnownFile(.video, "a video", "save the pictures you want from it, and name their folder")
    static let pdf = KnownFile(.document, "a PDF document", "save its pages as pictures, and name their folder")
    static let postScript = KnownFile(.document, "a PostScript document", "save it as PNG and name that")
    static let tar = KnownFile(.tar, "a tar archive", inPlace)
    static let zip = KnownFile(.zip, "a ZIP archive", inPlace)
    private static let inPlace = "name it as an input of its own, and the pictures in it are read where they stand"
    static let parquet = KnownFile(.table, "a parquet file", tableRemedy)
    static let arrow = KnownFile(.table, "an Arrow file", tableRemedy)
    static let hdf5 = KnownFile(.table, "an HDF5 file", tableRemedy)
    static let numpy = KnownFile(.table, "a NumPy array", "save its pictures as files, and name their folder")
    static let database = KnownFile(.table, "an SQLite database", "write the pictures' names to a .csv or .jsonl and name that")

    static func archive(_ what: String) -> KnownFile { KnownFile(.archive, what, unpack) }
    static func workbook(_ what: String) -> KnownFile { KnownFile(.table, what, "save the sheet as CSV and name that") }
    static func office(_ what: String) -> KnownFile {
        KnownFile(.document, what, "save its pictures as files, and its lists as CSV, and name those")
    }
    static func convertible(_ what: String) -> KnownFile {
        KnownFile(.picture, "a picture in the form \(what), which providers do not take", "convert it to PNG or JPEG and name that")
    }

    private static let unpack = "unpack it and name the folder"
    private static let tableRemedy = "save its pictures as files with a .csv or .jsonl of their names, and name that"
}
