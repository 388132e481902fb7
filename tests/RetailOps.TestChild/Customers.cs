using System.Collections.Concurrent;

using Microsoft.Extensions.DependencyInjection;

using RetailOps.Integration;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Testing;
using RetailOps.Workflows;

namespace RetailOps.TestChild;

/// <summary>A host with customers inside. What they are told is said aloud after they were told it: the parent knows what must be there.</summary>
public static class Customers
{
    /// <summary>The item that every order but each fifth is for.</summary>
    public const string InStock = "LAMP";

    /// <summary>The item that is never there.</summary>
    public const string SoldOut = "GONE";

    private const int MostWaiting = 50;

    // Customers are load, not a measure: between two looks they let the host work.
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(10);

    /// <summary>How a host runs that may be killed at any moment: leases are short, so that its successor need not wait long. It may call this machine.</summary>
    public static TestHostOptions Options { get; } = new()
    {
        Assemblies = [typeof(Customers).Assembly],
        Workflows = false,
        Relay = new() { FirstPause = TimeSpan.FromMilliseconds(20), Poll = TimeSpan.FromMilliseconds(50), Lease = TimeSpan.FromSeconds(2) },
        Services = services => services.AddSingleton(new HttpCallOptions { Rules = new() { Allowed = ["127.0.0.1"] } }).AddSingleton(new OutboundRules { Allowed = ["127.0.0.1"] }),
    };

    /// <summary>Runs until the input ends.</summary>
    /// <param name="connection">The app login's.</param>
    /// <param name="prefix">Of the external ids; null for no customers.</param>
    public static async Task Serve(string connection, string? prefix)
    {
        await using var host = await TestHost.StartAsync(connection, Options);
        Say("ready");
        var bought = new ConcurrentQueue<OrderId>();
        var number = 0;
        if (prefix is not null)
        {
            _ = Again(() => Place(host, prefix, Interlocked.Increment(ref number), bought));
            _ = Again(() => Place(host, prefix, Interlocked.Increment(ref number), bought));
            _ = Again(() => Ship(host, bought));
        }

        await Console.In.ReadToEndAsync();
    }

    /// <summary>Runs until the input ends, and writes to customers what was asked for.</summary>
    /// <param name="connection">The app login's.</param>
    /// <param name="server">The mail server.</param>
    public static async Task Write(string connection, Uri server)
    {
        await using var host = await TestHost.StartAsync(connection, Options with { Services = s => s.AddMail(server.ToString(), "shop@lamps.example", null) });
        Say("ready");
        await Console.In.ReadToEndAsync();
    }

    private static async Task Again(Func<Task> visit)
    {
        try
        {
            while (true)
            {
                await visit();
            }
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"A customer got an error: {e}");
            Environment.Exit(3);
        }
    }

    private static async Task Place(TestHost host, string prefix, int number, ConcurrentQueue<OrderId> bought)
    {
        // Customers who do not wait for what they bought place orders faster than two cores fulfil them: a backlog would then be all there is to see.
        while (bought.Count >= MostWaiting)
        {
            await Task.Delay(Breath);
        }

        var externalId = $"{prefix}-{number}";
        var soldOut = number % 5 == 0;
        var order = await host.Place(externalId, soldOut ? [(SoldOut, 1)] : [(InStock, 1), ("VASE", 2)]);
        Say($"placed {order} {externalId}");
        if (!soldOut)
        {
            bought.Enqueue(order);
        }
    }

    private static async Task Ship(TestHost host, ConcurrentQueue<OrderId> bought)
    {
        if (!bought.TryDequeue(out var order))
        {
            await Task.Delay(Breath);
            return;
        }

        var shipment = await host.Send(new ShipOrder(order));
        if (shipment.IsSuccess)
        {
            Say($"shipped {order}");
        }
        else
        {
            bought.Enqueue(order);
            await Task.Delay(Breath);
        }
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
