const { writeFileSync } = require('node:fs');
writeFileSync(process.env.PERENNIAL_OUTPUT, JSON.stringify({ traceparent: process.env.TRACEPARENT ?? '' }));
