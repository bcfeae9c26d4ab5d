import { environment } from '../app/config.ts'

interface WorkerdPlace {
  host: string
  port: number
  env: Record<string, string | undefined>
}

/** workerd's configuration: the Worker behind one socket, our variables as bindings, the network open to it. */
export function workerdConfig({ host, port, env }: WorkerdPlace): string {
  const bindings = Object.keys(environment.shape)
    .filter((name) => env[name] !== undefined)
    .map((name) => `(name = "${name}", fromEnvironment = "${name}")`)
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "internet", network = (
      allow = ["public", "private"],
      tlsOptions = (trustBrowserCas = true),
    )),
  ],
  sockets = [(name = "http", address = "${address}", http = (), service = "main")],
);

const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-10-01",
  compatibilityFlags = ["enable_request_signal"],
  bindings = [${bindings.join(', ')}],
);
`
}
