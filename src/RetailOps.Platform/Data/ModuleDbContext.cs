using System.Text.RegularExpressions;

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>A module's aggregates. Joined to a unit of work, which alone opens, saves and commits.</summary>
public abstract partial class ModuleDbContext(DbContextOptions options) : DbContext(options)
{
    private static readonly Caller Nobody = new Caller.System("none");

    /// <summary>In what company this transaction runs: says whether an aggregate is locked when it is read.</summary>
    public WorkMode Mode { get; internal set; }

    /// <summary>Who asks at this moment: what is bound to another channel or node than the caller's does not exist for it.</summary>
    public Caller Caller => Work?.Caller ?? Nobody;

    internal UnitOfWork? Work { get; set; }

    /// <summary>
    /// Before aggregates are written: takes over what can be written with less, because of what the module knows of it. Changes have been detected; what
    /// is taken over is unchanged from then on, and is written behind the aggregates.
    /// </summary>
    /// <param name="work">Takes the rows.</param>
    protected virtual void HandOver(UnitOfWork work)
    {
    }

    /// <summary>Whether anything has to be written; compares all that is loaded.</summary>
    internal bool HasChanges()
    {
        ChangeTracker.DetectChanges();
        return ChangeTracker.HasChanges();
    }

    /// <summary>The statements that write what has changed; the changes have been detected. They are sent by the flush, and <see cref="Accept"/> follows.</summary>
    internal IEnumerable<EntityCommand> Changes(UnitOfWork work)
    {
        HandOver(work);
        return EntityWrites.Of(Model).Commands(ChangeTracker);
    }

    /// <summary>What was sent is what was read from now on.</summary>
    internal void Accept() => ChangeTracker.AcceptAllChanges();

    /// <summary>How a name of ours stands in the database: <c>UnitPrice</c> as <c>unit_price</c>.</summary>
    public static string SnakeCase(string name) => Hump().Replace(name, "_").ToLowerInvariant();

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<OrderId>().HaveConversion<OrderIdConverter>();
        configurationBuilder.Properties<Sku>().HaveConversion<SkuConverter>();
        configurationBuilder.Conventions.Add(_ => new SnakeCaseColumns());
    }

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])")]
    private static partial Regex Hump();

    private sealed class OrderIdConverter() : ValueConverter<OrderId, Guid>(id => id.Value, value => new OrderId(value));

    private sealed class SkuConverter() : ValueConverter<Sku, string>(sku => sku.Value, value => new Sku(value));

    private sealed class SnakeCaseColumns : IModelFinalizingConvention
    {
        public void ProcessModelFinalizing(IConventionModelBuilder modelBuilder, IConventionContext<IConventionModelBuilder> context)
        {
            foreach (var property in modelBuilder.Metadata.GetEntityTypes().SelectMany(e => e.GetProperties()))
            {
                property.Builder.HasColumnName(SnakeCase(property.Name));
            }
        }
    }
}

/// <summary>Stores an enum under the snake case of its names.</summary>
/// <typeparam name="T">The enum.</typeparam>
public sealed class SnakeCaseEnum<T>() : ValueConverter<T, string>(value => value.ToSnakeCase(), text => SnakeCaseEnums.Parse<T>(text))
    where T : struct, Enum;

/// <summary>Enums as they stand in the database and in JSON.</summary>
public static class SnakeCaseEnums
{
    /// <summary>The stored word.</summary>
    public static string ToSnakeCase<T>(this T value)
        where T : struct, Enum => Words<T>.Names[value];

    /// <summary>The value of a stored word.</summary>
    /// <exception cref="KeyNotFoundException">No value has this word.</exception>
    public static T Parse<T>(string word)
        where T : struct, Enum => Words<T>.Values[word];

    private static class Words<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> Names = Enum.GetValues<T>().ToDictionary(v => v, v => ModuleDbContext.SnakeCase(v.ToString()));

        public static readonly Dictionary<string, T> Values = Names.ToDictionary(n => n.Value, n => n.Key);
    }
}
