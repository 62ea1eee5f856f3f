package plugin

import (
	goplugin "github.com/hashicorp/go-plugin"
)

// What both sides agree on before they speak; provider.proto documents it.
const (
	protocolVersion = 1
	cookieKey       = "FILMLOOM_PLUGIN"
	cookieValue     = "filmloom.provider.v1"
	serviceName     = "provider"

	lifelineEnv = "FILMLOOM_LIFELINE_FD"
	nonceEnv    = "FILMLOOM_LIFELINE_NONCE"
	socketEnv   = "PLUGIN_UNIX_SOCKET_DIR"

	// maxMessage bounds one message in bytes, in both directions. Media crosses as files.
	maxMessage = 64 << 20
)

func handshake() goplugin.HandshakeConfig {
	return goplugin.HandshakeConfig{
		ProtocolVersion: protocolVersion, MagicCookieKey: cookieKey, MagicCookieValue: cookieValue,
	}
}
