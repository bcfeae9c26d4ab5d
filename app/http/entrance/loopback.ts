const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3})$/i

/** Whether a host name or address, bracketed or not, can only mean this machine. */
export const isLoopback = (host: string) => LOOPBACK.test(unbracketed(host))

/** An IPv6 address as sockets take it. */
export const unbracketed = (host: string) => host.replace(/^\[(.*)\]$/, '$1')
