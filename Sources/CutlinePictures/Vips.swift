import CutlineCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// libvips, looked up when a darkroom begins: nothing of it is there at build time, and other processes never load it.
final class Vips {
    /// What libvips says of a failure, in one line.
    struct Trouble: Error {
        let words: String
        var isMemory: Bool { ["memory", "allocat"].contains { words.contains($0) } }
    }

    let version: String
    private let library: UnsafeMutableRawPointer

    #if os(Linux)
        private static let names = ["libvips.so.42"]
    #else
        private static let names = ["libvips.42.dylib", "/opt/homebrew/lib/libvips.42.dylib", "/usr/local/lib/libvips.42.dylib"]
    #endif

    /// Nil where no libvips of 8.13 or newer is installed.
    init?() {
        guard let library = Self.names.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first,
            Self.functions.allSatisfy({ dlsym(library, $0) != nil })
        else { return nil }
        self.library = library
        func call<Function>(_ name: String, as _: Function.Type) -> Function { unsafeBitCast(dlsym(library, name), to: Function.self) }
        let number = call("vips_version", as: (@convention(c) (Int32) -> Int32).self)
        version = (0...2).map { "\(number(Int32($0)))" }.joined(separator: ".")
        guard (number(0), number(1)) >= (8, 13),
            call("vips_init", as: (@convention(c) (UnsafePointer<CChar>) -> Int32).self)("cutline") == 0
        else { return nil }
        // More threads and a cache only fragment memory here.
        call("vips_concurrency_set", as: (@convention(c) (Int32) -> Void).self)(1)
        call("vips_cache_set_max", as: (@convention(c) (Int32) -> Void).self)(0)
    }

    private static let functions = [
        "vips_init", "vips_version", "vips_concurrency_set", "vips_cache_set_max", "vips_error_buffer", "vips_error_clear",
        "vips_operation_new", "vips_object_set_argument_from_string", "vips_object_build", "vips_object_unref_outputs",
        "vips_source_new_from_memory", "vips_image_new_from_memory_copy", "vips_image_copy_memory", "vips_image_get_width",
        "vips_image_get_height", "vips_image_get_bands", "vips_image_get_format", "vips_image_get_interpretation", "vips_image_hasalpha",
        "vips_image_get_typeof", "vips_blob_get", "vips_blob_get_type", "g_object_unref", "g_object_set_property",
        "g_object_get_property", "g_value_init", "g_value_set_object", "g_value_dup_object", "g_value_get_boxed", "g_value_unset",
    ]

    /// One of `functions`, which were seen to be there.
    fileprivate func function<Function>(_ name: String, as _: Function.Type) -> Function {
        unsafeBitCast(dlsym(library, name), to: Function.self)
    }

    /// What went wrong last; asked once.
    fileprivate func trouble() -> Trouble {
        let text = function("vips_error_buffer", as: (@convention(c) () -> UnsafePointer<CChar>?).self)().map { String(cString: $0) } ?? ""
        function("vips_error_clear", as: (@convention(c) () -> Void).self)()
        let line = text.split(whereSeparator: \.isNewline).last ?? "no reason was given"
        return Trouble(words: String(line.drop { $0 == " " }.prefix(200)))
    }
}

/// An object of libvips, which is given back with this.
class VipsObject {
    fileprivate let vips: Vips
    fileprivate let pointer: OpaquePointer

    fileprivate init(_ vips: Vips, _ pointer: OpaquePointer?) throws(Vips.Trouble) {
        guard let pointer else { throw vips.trouble() }
        (self.vips, self.pointer) = (vips, pointer)
    }

    deinit { vips.function("g_object_unref", as: (@convention(c) (OpaquePointer) -> Void).self)(pointer) }
}

/// Bytes in memory that outlive it.
final class VipsSource: VipsObject {
    init(_ vips: Vips, _ bytes: UnsafeRawBufferPointer) throws(Vips.Trouble) {
        let make = vips.function("vips_source_new_from_memory", as: (@convention(c) (UnsafeRawPointer?, Int) -> OpaquePointer?).self)
        try super.init(vips, make(bytes.baseAddress, bytes.count))
    }
}

/// An image, most of whose pixels may not be computed yet.
final class VipsImage: VipsObject {
    /// `VipsBandFormat`.
    enum Samples: Int32 { case bytes = 0, words = 2 }
    /// `VipsInterpretation`, as far as it is known here.
    enum Colours: Int32 { case multiband = 0, gray = 1, cmyk = 15, rgb = 17, sRGB = 22, rgb16 = 25, gray16 = 26 }

    fileprivate override init(_ vips: Vips, _ pointer: OpaquePointer?) throws(Vips.Trouble) { try super.init(vips, pointer) }

    /// Of pixels that stand row by row, a byte a sample.
    convenience init(_ vips: Vips, pixels: [UInt8], size: PictureSize, bands: Int) throws(Vips.Trouble) {
        typealias Make = @convention(c) (UnsafeRawPointer?, Int, Int32, Int32, Int32, Int32) -> OpaquePointer?
        let make = vips.function("vips_image_new_from_memory_copy", as: Make.self)
        let made = pixels.withUnsafeBytes {
            make($0.baseAddress, $0.count, Int32(size.width), Int32(size.height), Int32(bands), Samples.bytes.rawValue)
        }
        try self.init(vips, made)
    }

    var size: PictureSize { PictureSize(width: measure("vips_image_get_width"), height: measure("vips_image_get_height")) }
    var bands: Int { measure("vips_image_get_bands") }
    var samples: Samples? { Samples(rawValue: Int32(measure("vips_image_get_format"))) }
    var colours: Colours? { Colours(rawValue: Int32(measure("vips_image_get_interpretation"))) }
    var hasAlpha: Bool { measure("vips_image_hasalpha") != 0 }
    var hasProfile: Bool {
        vips.function("vips_image_get_typeof", as: (@convention(c) (OpaquePointer, UnsafePointer<CChar>) -> UInt).self)(
            pointer, "icc-profile-data") != 0
    }

    private func measure(_ name: String) -> Int { Int(vips.function(name, as: (@convention(c) (OpaquePointer) -> Int32).self)(pointer)) }

    /// Computes all pixels.
    func inMemory() throws(Vips.Trouble) -> VipsImage {
        try VipsImage(vips, vips.function("vips_image_copy_memory", as: (@convention(c) (OpaquePointer) -> OpaquePointer?).self)(pointer))
    }

    /// The image behind one step.
    func with(_ operation: String, _ options: KeyValuePairs<String, String> = [:]) throws(Vips.Trouble) -> VipsImage {
        try VipsOperation(vips, operation).taking("in", self).with(options).image()
    }

    func encoded(_ saver: String, _ options: KeyValuePairs<String, String>) throws(Vips.Trouble) -> [UInt8] {
        try VipsOperation(vips, saver).taking("in", self).with(options).bytes()
    }
}

/// One step of libvips: its name, what it takes, what it brings.
final class VipsOperation: VipsObject {
    /// What a GValue takes, and the number of G_TYPE_OBJECT.
    private static let (valueSize, objectType) = (24, UInt(80))

    init(_ vips: Vips, _ name: String) throws(Vips.Trouble) {
        try super.init(vips, vips.function("vips_operation_new", as: (@convention(c) (UnsafePointer<CChar>) -> OpaquePointer?).self)(name))
    }

    /// Enumerations by their names, arrays with spaces between.
    func with(_ options: KeyValuePairs<String, String>) throws(Vips.Trouble) -> VipsOperation {
        typealias Set = @convention(c) (OpaquePointer, UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32
        let set = vips.function("vips_object_set_argument_from_string", as: Set.self)
        for (name, value) in options where set(pointer, name, value) != 0 { throw vips.trouble() }
        return self
    }

    func taking(_ name: String, _ object: VipsObject) -> VipsOperation {
        withValue(of: Self.objectType) { value in
            vips.function("g_value_set_object", as: (@convention(c) (UnsafeMutableRawPointer, OpaquePointer) -> Void).self)(
                value, object.pointer)
            property("g_object_set_property", name, value)
        }
        return self
    }

    func image() throws(Vips.Trouble) -> VipsImage {
        try build()
        let out: OpaquePointer? = withValue(of: Self.objectType) { value in
            property("g_object_get_property", "out", value)
            return vips.function("g_value_dup_object", as: (@convention(c) (UnsafeMutableRawPointer) -> OpaquePointer?).self)(value)
        }
        releaseOutputs()
        return try VipsImage(vips, out)
    }

    func bytes() throws(Vips.Trouble) -> [UInt8] {
        try build()
        let type = vips.function("vips_blob_get_type", as: (@convention(c) () -> UInt).self)()
        let bytes: [UInt8]? = withValue(of: type) { value in
            property("g_object_get_property", "buffer", value)
            let blob = vips.function("g_value_get_boxed", as: (@convention(c) (UnsafeMutableRawPointer) -> OpaquePointer?).self)(value)
            typealias Get = @convention(c) (OpaquePointer, UnsafeMutablePointer<Int>) -> UnsafeRawPointer?
            var count = 0
            guard let blob, let start = vips.function("vips_blob_get", as: Get.self)(blob, &count) else { return nil }
            return Array(UnsafeRawBufferPointer(start: start, count: count))
        }
        releaseOutputs()
        guard let bytes else { throw vips.trouble() }
        return bytes
    }

    private func build() throws(Vips.Trouble) {
        guard vips.function("vips_object_build", as: (@convention(c) (OpaquePointer) -> Int32).self)(pointer) == 0 else {
            let trouble = vips.trouble()
            releaseOutputs()
            throw trouble
        }
    }

    private func releaseOutputs() {
        vips.function("vips_object_unref_outputs", as: (@convention(c) (OpaquePointer) -> Void).self)(pointer)
    }

    private func property(_ function: String, _ name: String, _ value: UnsafeMutableRawPointer) {
        typealias Access = @convention(c) (OpaquePointer, UnsafePointer<CChar>, UnsafeMutableRawPointer) -> Void
        vips.function(function, as: Access.self)(pointer, name, value)
    }

    private func withValue<Result>(of type: UInt, _ body: (UnsafeMutableRawPointer) -> Result) -> Result {
        let value = UnsafeMutableRawPointer.allocate(byteCount: Self.valueSize, alignment: 8)
        value.initializeMemory(as: UInt8.self, repeating: 0, count: Self.valueSize)
        typealias Begin = @convention(c) (UnsafeMutableRawPointer, UInt) -> UnsafeMutableRawPointer?
        _ = vips.function("g_value_init", as: Begin.self)(value, type)
        defer {
            vips.function("g_value_unset", as: (@convention(c) (UnsafeMutableRawPointer) -> Void).self)(value)
            value.deallocate()
        }
        return body(value)
    }
}
