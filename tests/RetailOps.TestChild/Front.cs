using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

using RetailOps.Platform;
using RetailOps.Testing;
using RetailOps.Workflows;

namespace RetailOps.TestChild;

/// <summary>A host with the door for web requests that workflows have drawn.</summary>
public static class Front
{
    /// <summary>What it says before the address at which it listens.</summary>
    public const string Listens = "listens ";

    /// <summary>Runs until the input ends.</summary>
    /// <param name="connection">The app login's.</param>
    public static async Task Serve(string connection)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        TestHost.Compose(builder, connection, Customers.Options);

        // Whoever calls from this machine is the command line: endpoints ask for somebody.
        builder.Services.AddSingleton(new SecurityPosture(IsDemo: true) { TrustsThisMachine = true }).AddSingleton<Callers>();
        await using var app = builder.Build();
        app.MapWorkflowEndpoints();
        await app.StartAsync();
        Console.Out.WriteLine(Listens + app.Urls.Single());
        Console.Out.Flush();
        await Console.In.ReadToEndAsync();
    }
}
