/** Milliseconds between two looks. */
const LOOK = 500

/**
 * Calls back once when the shell is gone by which `npm start` runs us: it dies of npm's SIGTERM and passes
 * nothing on, and the server would stay behind with its port. Does nothing for whoever was started otherwise.
 */
export function onLauncherGone(end: () => void): void {
  const { npm_package_name: name, npm_lifecycle_event: script } = process.env
  if (name !== 'outcrop' || !script?.startsWith('start')) return
  const launcher = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === launcher) return
    clearInterval(timer)
    end()
  }, LOOK)
  timer.unref()
}
