import CutlineCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A picture of 16 × 16 pixels of one colour in each format, to see what the codecs that are installed make of it.
struct Sample {
    let format: PictureFormat
    let bytes: [UInt8]

    private init(_ format: PictureFormat, _ base64: String) {
        self.format = format
        bytes = Data(base64Encoded: base64).map(Array.init) ?? []
    }

    func isDeveloped(by vips: Vips) -> Bool {
        let order = PreparationOrder(format: format, length: Int64(bytes.count), bound: Bound(longestSide: 8), formats: [.jpeg, .png])
        return bytes.withUnsafeBytes { (try? Development(vips: vips, order: order, bytes: $0).result()) != nil }
    }

    static let all = [
        Sample(
            .jpeg,
            """
            /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/\
            2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAAQABADASIAAhEBAxEB/8QA\
            HwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkK\
            FhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXG\
            x8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAEC\
            AxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOE\
            hYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwCSiiivGPWP\
            /9k=
            """),
        Sample(
            .png,
            """
            iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAGUlEQVR4nGM8UaHBQApgIkn1qIZRDUNKAwCAnAGIOXIt/QAAAABJRU5ErkJggg==
            """),
        Sample(
            .webp,
            """
            UklGRjYAAABXRUJQVlA4ICoAAACwAQCdASoQABAAAsBMJaACdLoABdQAAP3HH/hWuYfmHtb/3BmfV1/gAAA=
            """),
        Sample(
            .gif,
            """
            R0lGODdhEAAQAIIAAJlmAMxmAMyZAJlmM8xmM5mZM8yZMwAAACwAAAAAEAAQAEAIbAAJEDAgkODAgggPDiBIsIBAAg4TRpwoMKJBAwMOPryYUePFhAZBivzo\
            UeNGkQMzhhxoIAABAQQCtHwZc6ZAmTVz4sRJU6ZLmD5pDnQ5s+hOg0GB0oQJU2BTARlhGgBgoOhMpktr8jyqE2PTgAA7
            """),
        Sample(
            .tiff,
            """
            SUkqAFYAAACAMg8CiBQSBwWEQeFQaGQmGwuHRGIROHxWJRaKReNRmORiPRuPx2QSORSWQyeSSiTSmWSuXSqYS2Yy+ZTWaTeZzmbTqcTufT2gTyhReAgKAAAB\
            AwABAAAAEAAAAAEBAwABAAAAEAAAAAIBAwADAAAA1AAAAAMBAwABAAAABQAAAAYBAwABAAAAAgAAABEBBAABAAAACAAAABUBAwABAAAAAwAAABYBAwABAAAA\
            EAAAABcBBAABAAAATgAAABwBAwABAAAAAQAAAAAAAAAIAAgACAA=
            """),
        Sample(
            .heic,
            """
            AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAXxtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAAAAAERAAAEA\
            AQAAAAABoAABAAAAAAAAACoAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA/GlwcnAAAADcaXBjbwAAAHVodmND\
            AQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQApQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqrprm4CGgwIAA\
            AAyAAAADAIRiAAEABkQBwXPBiQAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAAAAQAAAAChjbGFwAAAAEAAAAAEAAAAQAAAAAf///9AAAAAC\
            ////0AAAAAIAAAAQcGl4aQAAAAADCAgIAAAAGGlwbWEAAAAAAAAAAQABBYECAwWEAAAAMm1kYXQAAAAmKAGvGSFeQkDvXaW9o/q/6f5fx9bfKZKAppcE14iZ\
            CwOBgI2RnTg=
            """),
        Sample(
            .avif,
            """
            AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADrbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAAAAAAAOcGl0bQAAAAAA\
            AQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAETAAAAJgAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAAAABqaXBycAAAAEtpcGNvAAAA\
            FGlzcGUAAAAAAAAAEAAAABAAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwAAAAAE2NvbHJuY2x4AAEADQAGgAAAABdpcG1hAAAAAAAAAAEAAQQBAoMEAAAA\
            Lm1kYXQSAAoJGAz/2iAhoNCAMhccR4eF3dNNNMLAAAB1fVm5/BDt4ez0QA==
            """),
    ]
}
