/**
 * The sum of finite doubles as a query of one value: the same for any order of the rows and any number of threads. Each is
 * added as a whole multiple of one power of two, so that no sum is rounded on its way. The power leaves the largest of them
 * 92 bits, and 33 for how many they are: what is cut off each is below 2^-91 of the largest, where a double's own last bit is
 * 2^-53 of it. null over no rows, and where a value is beyond all numbers.
 *
 * @param value expression of type DOUBLE
 * @param from what stands after FROM
 */
export function exactSum(value: string, from: string): string {
  // By half of the power twice: the whole of it may be beyond all numbers where the values are next to none.
  const half = 'pow(2.0::DOUBLE, floor((93 - ceil(log2(nullif(top, 0)))) / 2)::DOUBLE)';
  return `(SELECT CASE WHEN isfinite(any_value(top)) THEN
      coalesce(sum(try_cast(x * half * half AS HUGEINT))::DOUBLE / any_value(half) / any_value(half), 0) END
    FROM (SELECT ${value} AS x FROM ${from}),
      (SELECT top, ${half} AS half FROM (SELECT max(abs(${value})) AS top FROM ${from})))`;
}
