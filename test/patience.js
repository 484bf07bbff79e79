'use strict';
// Unit tests run with the time that the stack's tests leave over, which may be none for minutes.
jest.setTimeout(1_200_000);
