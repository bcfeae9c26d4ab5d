FROM node:24-slim AS build
WORKDIR /outcrop
COPY package.json package-lock.json ./
# No package's own script runs here; the bundler comes as a binary from the registry.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY app ./app
COPY runtimes ./runtimes
COPY deploy ./deploy
RUN node deploy/bundle-server.ts

FROM node:24-slim
WORKDIR /outcrop
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 NODE_COMPILE_CACHE=/outcrop/compile-cache
# Everything the server needs is in the bundle: the image holds no packages.
COPY --from=build /outcrop/dist/server ./server
COPY package.json LICENSE ./
RUN mkdir .outcrop compile-cache && chown node .outcrop compile-cache
USER node
# Starts once, so that every container finds the compile cache that the first start writes.
RUN HOST=127.0.0.1 PORT=0 timeout --preserve-status 3 node --min-semi-space-size=32 --max-semi-space-size=32 server/server.mjs || true
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Reachable from outside, so it starts with API_KEY, or with AUTH=none where something in front of it
# checks who calls. In a small container `node --max-semi-space-size=4 server/server.mjs` as the command leaves
# more of it to the rest, for a sixth more CPU.
CMD ["node", "--min-semi-space-size=32", "--max-semi-space-size=32", "server/server.mjs"]
