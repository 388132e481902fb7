using System.Text.Json;

using RetailOps.Bench;
using RetailOps.Platform;

if (args is [SupervisorVerb.Name, ..])
{
    return await SupervisorVerb.RunAsync(args);
}

if (args.Contains("--help") || args is [] or ["--json"])
{
    Console.WriteLine(
        """
        bench SUITE: measures, beside a baseline, in turns, and says whether the goals are met.
          burst         orders through capture, burst, shipment, burst; 1, 8 and 32 in flight, spread and one hot item
        Options:
          --rounds N    rounds of each, the median counts (3)
          --seconds N   of each measurement (6)
          --in-flight L comma-separated numbers of orders in flight (1,8,32)
          --no-hot      only spread items
          --workers N   groups under way at once (2)
          --no-notes    without the note of what is in flight, to see what it costs
          --statements  also the statements that cost the server most, on stderr
          --json        machine-readable results on stdout
        Ends with 0 when every goal is met, 1 when one is not, 2 when it was called wrongly.
        """);
    return args is [] or ["--json"] ? 2 : 0;
}

if (args[0] != "burst")
{
    await Console.Error.WriteLineAsync($"There is no suite {args[0]}; see bench --help.");
    return 2;
}

var options = BenchOptions.Read(args[1..]);
var rows = await BurstSuite.Run(options);
if (options.Json)
{
    Console.WriteLine(JsonSerializer.Serialize(new { suite = "burst", machine = Machine.Describe(), results = rows }, JsonSerializerOptions.Web));
}
else
{
    Report.Print(rows);
}

return rows.Any(r => r.Met == false) ? 1 : 0;
