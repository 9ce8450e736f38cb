import Hummingbird
import NIOCore

/// What a responder is handed with a request: the connection, so that it can wait on it and close it.
package struct Connection: InitializableFromSource {
    package let channel: any Channel

    package init(source: ApplicationRequestContextSource) { channel = source.channel }
}
