# Two images from one build: `cpu` (workflows, the pool cpu, serving, the command) and `gpu` (ONNX Runtime with its CUDA
# provider). Both run as an unprivileged user and write to /var/lib/perennial alone.

FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:20.20.2-bookworm-slim AS cpu
ENV NODE_ENV=production PERENNIAL_STATE=/var/lib/perennial PERENNIAL_PROJECT=/app
WORKDIR /app
RUN install --directory --owner=node --group=node --mode=0700 /var/lib/perennial
# Sources come along because the project of perennial.config.ts is bundled when a worker starts.
COPY --from=build /app /app
USER node
VOLUME /var/lib/perennial
CMD ["node", "dist/cli/main.js", "--help"]

# The CUDA provider is too large for the npm package: its install script fetches the files of CUDA 12 from NuGet. It is
# run by hand because .npmrc and package.json switch it off for everyone else.
FROM build AS cuda
RUN ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js

FROM nvidia/cuda:12.9.1-cudnn-runtime-ubuntu24.04 AS gpu
ENV NODE_ENV=production PERENNIAL_STATE=/var/lib/perennial PERENNIAL_PROJECT=/app
WORKDIR /app
COPY --from=build /usr/local/bin/node /usr/local/bin/node
# The user `ubuntu` of the base image has uid 1000, like `node` of the other image: one state volume serves both.
RUN install --directory --owner=1000 --group=1000 --mode=0700 /var/lib/perennial
COPY --from=cuda /app /app
USER 1000:1000
VOLUME /var/lib/perennial
CMD ["node", "dist/cli/main.js", "--help"]
