using Microsoft.EntityFrameworkCore;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>Sources as those outside a unit of work need them.</summary>
internal sealed class SourceBook(Database database, ModuleOptions<IntegrationDbContext> options)
{
    // More sources than so many do not speak for one channel.
    private const int Most = 8;

    public Task<Source?> Find(string name, CancellationToken ct) => Ask(s => s.SingleOrDefaultAsync(x => x.Name == name, ct), ct);

    /// <summary>Those whom an address may mean: the one of that name, or all that speak for the channel of that name.</summary>
    public Task<List<Source>> Candidates(string name, CancellationToken ct) =>
        Ask(s => s.Where(x => x.Enabled && (x.Name == name || x.Channel == name)).OrderBy(x => x.Name).Take(Most).ToListAsync(ct), ct);

    private async Task<T> Ask<T>(Func<IQueryable<Source>, Task<T>> question, CancellationToken ct)
    {
        await using var connection = await database.Requests.OpenConnectionAsync(ct);
        await using var context = new IntegrationDbContext(options.Options);
        context.Database.SetDbConnection(connection);
        return await question(context.Set<Source>().AsNoTracking());
    }
}
