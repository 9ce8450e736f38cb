import CZlib
import CutlineCore

extension Reply {
    /// Compressed as a fault asks.
    func packed(by fault: Fault.Name) -> Reply {
        switch fault {
        case .gzip: packed(as: "gzip", body.deflated(windowBits: 31))
        case .deflate: packed(as: "deflate", body.deflated(windowBits: 15))
        case .deflateRaw: packed(as: "deflate", body.deflated(windowBits: -15))
        case .unknownEncoding: packed(as: "br", Array([0x8B, 0x02, 0x80] + body.prefix(9)))
        case .gzipBomb: packed(as: "gzip", [UInt8](repeating: 0x20, count: 80 << 20).deflated(windowBits: 31))
        case .gzipDamaged:
            packed(as: "gzip", Array(body.deflated(windowBits: 31).prefix(40)))
        case .unauthorized, .forbidden, .banned, .quota, .dailyQuota, .inFlightBudget, .oversize, .groq429, .epochRetryAfter,
            .absurdRetryAfter, .rateLimited, .overloaded, .serverError, .badGateway, .gatewayTimeout, .modelNotFound, .unknownModel,
            .wrongPath, .unexpectedEndpoint, .plainOK, .noModelLoaded, .expiredKey, .noVision, .imageUnreachable, .imageRejected,
            .tooLarge, .contextTooLong, .panorama, .contentFilter, .content403, .inspection, .unsupportedParameter, .invalidRequest,
            .errorIn200, .errorInChoice, .filtered, .refusal, .emptyAnswer, .longThinking, .cut, .schemaMismatch, .duplicateKeys, .empty,
            .whitespace, .garbage, .truncated, .hiddenThinking, .thinkingApart, .usageMissing, .usageNegative, .usageAbsurd,
            .nothingLeft, .thinkUnopened, .thinkBrackets, .thinkChannels, .thinkingOnly, .boxed, .fencedJSON, .toolAnswer,
            .failedGeneration, .streamLingers, .streamLingersUsage, .noDone, .errorInStream, .cutStream, .reset, .resetEarly, .hang,
            .trickle, .flexUnavailable, .servedStandard:
            self
        }
    }

    private func packed(as encoding: String, _ content: [UInt8]) -> Reply {
        var reply = self
        reply.pieces = [content]
        reply.headers.append(("Content-Encoding", encoding))
        return reply
    }
}

extension [UInt8] {
    /// - Parameter windowBits: as zlib has it: 31 is gzip, 15 zlib's frame, -15 none.
    fileprivate func deflated(windowBits: Int32) -> [UInt8] {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        guard deflateInit2_(&stream, 6, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK else { return self }
        defer { deflateEnd(&stream) }
        var input = self
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(count))))
        input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                (stream.next_in, stream.avail_in) = (input.baseAddress, UInt32(input.count))
                (stream.next_out, stream.avail_out) = (output.baseAddress, UInt32(output.count))
                _ = CZlib.deflate(&stream, Z_FINISH)
            }
        }
        return Array(output.prefix(Int(stream.total_out)))
    }
}
