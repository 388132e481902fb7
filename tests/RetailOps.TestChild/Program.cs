using Microsoft.Extensions.Logging.Abstractions;

using RetailOps.Platform;
using RetailOps.TestChild;

// A host that tests can kill. Its verbs end when its input ends, with its parent at the latest:
//   hold <data folder> durable|unsafe    nothing but the embedded server; says its connection string
//   shop <connection string> <prefix>    the product, with customers who place orders and ship them; says what was acknowledged
//   serve <connection string>            the product
//   mail <connection string> <server>    the product, with a mail server
//   front <connection string>            the product, with the door for web requests that workflows have drawn; says where it listens
//   cell                                 definitions from hell, one per line of the input; says what became of each
if (args is [SupervisorVerb.Name, ..])
{
    return await SupervisorVerb.RunAsync(args);
}

EndTheProcess.IsArmed = true;
FaultPoints.Arm(Environment.GetEnvironmentVariable("RETAILOPS_FAULT"));
switch (args)
{
    case ["shop", var connection, var prefix]:
        await Customers.Serve(connection, prefix);
        return 0;
    case ["serve", var connection]:
        await Customers.Serve(connection, null);
        return 0;
    case ["mail", var connection, var server]:
        await Customers.Write(connection, new(server));
        return 0;
    case ["front", var connection]:
        await Front.Serve(connection);
        return 0;
    case ["cell"]:
        await Cell.Serve(Console.In);
        return 0;
    case ["hold", var folder, var durability]:
        return await Hold(folder, durability == "durable");
    default:
        await Console.Error.WriteLineAsync("hold <data folder> durable|unsafe, shop <connection string> <prefix>, serve <connection string>, mail <connection string> <server>, front <connection string>, or cell");
        return 2;
}

static async Task<int> Hold(string folder, bool durable)
{
    var options = new EmbeddedServerOptions { DataFolder = folder, Durable = durable };
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
}
