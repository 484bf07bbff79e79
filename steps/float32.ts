/** The largest float32: a number feature knows none beyond it. */
export const LARGEST_FLOAT32 = 3.402_823_466_385_288_6e38;
