using Microsoft.EntityFrameworkCore;

using Npgsql;

using RetailOps.Testing;

namespace RetailOps.Intelligence.Tests;

public sealed class SchemaTests
{
    [Fact]
    public async Task The_tables_are_what_the_model_says()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var connection = new NpgsqlConnection(database.OwnerConnectionString);
        await connection.OpenAsync();
        await using var context = new IntelligenceDbContext(new DbContextOptionsBuilder<IntelligenceDbContext>().UseNpgsql(connection).Options);

        var differences = await SchemaDrift.Compare(context, connection);

        differences.Should().BeEmpty();
    }
}
