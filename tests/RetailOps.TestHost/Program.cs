using Microsoft.Extensions.Logging.Abstractions;

using RetailOps.Platform;

// A host with nothing in it but the embedded server, so that tests can kill it: `hold <data folder> durable|unsafe` says its
// connection string and stays until its input ends.
if (args is [SupervisorVerb.Name, ..])
{
    return await SupervisorVerb.RunAsync(args);
}

if (args is not ["hold", var folder, var durability])
{
    await Console.Error.WriteLineAsync("hold <data folder> durable|unsafe");
    return 2;
}

var options = new EmbeddedServerOptions { DataFolder = folder, Durable = durability == "durable" };
try
{
    await using var server = await EmbeddedServer.JoinAsync(options, NullLogger.Instance, CancellationToken.None);
    Console.WriteLine(server.OwnerConnectionString);
    await Console.In.ReadToEndAsync();
    return 0;
}
catch (EmbeddedServerException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
