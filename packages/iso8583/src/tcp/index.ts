export { aesCmac, retailMac } from './mac-functions.ts'
export { socketConnection } from './socket-connection.ts'
export { systemLinkClock } from './system-link-clock.ts'
export { tcpDialer } from './tcp-dialer.ts'
