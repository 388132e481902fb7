using Microsoft.EntityFrameworkCore;

using Npgsql;

using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

public sealed class SchemaDriftTests(SchemaDriftTests.Tables tables) : IClassFixture<SchemaDriftTests.Tables>
{
    private const string Agreed =
        """
        create table drift.parcels (
          id       uuid not null,
          leg      integer not null,
          code     character varying(20) not null,
          country  character(2) not null,
          weight   numeric(12,3),
          tags     text[] not null,
          extra    jsonb,
          sent     timestamp with time zone,
          constraint pk_parcels primary key (id, leg),
          constraint ck_parcels_weight check (weight > 0 and weight < 1000),
          constraint ck_parcels_leg check (leg in (1, 2, 3))
        );
        create unique index ux_parcels_code on drift.parcels (code) where sent is null;
        create unique index ux_parcels_country on drift.parcels (country, leg) nulls not distinct;
        alter table drift.parcels add constraint uq_parcels_code_country unique (code, country);
        create unique index ux_parcels_lower on drift.parcels (lower(code));
        """;

    [Fact]
    public async Task A_table_that_agrees_with_its_model_has_no_drift()
    {
        await using var database = await tables.Make(Agreed);

        var differences = await tables.Compare();

        differences.Should().BeEmpty();
    }

    [Theory]
    [InlineData("drop table drift.parcels", "there is no such table")]
    [InlineData("alter table drift.parcels drop column extra", "there is no column extra")]
    [InlineData("alter table drift.parcels add column surprise int", "column surprise is not in the model")]
    [InlineData("alter table drift.parcels alter column extra type text", "column extra is text, in the model jsonb")]
    [InlineData("alter table drift.parcels alter column country type character(3)", "column country is character(3), in the model character(2)")]
    [InlineData("alter table drift.parcels alter column tags drop not null", "column tags may be null, in the model not")]
    [InlineData("alter table drift.parcels alter column extra set not null", "column extra is not null, in the model it may be null")]
    [InlineData("alter table drift.parcels drop constraint pk_parcels, add primary key (id)", "the primary key is (id), in the model (id, leg)")]
    [InlineData("alter table drift.parcels drop constraint pk_parcels", "the primary key is (none), in the model (id, leg)")]
    [InlineData("alter table drift.parcels drop constraint ck_parcels_leg", "there is no check ck_parcels_leg")]
    [InlineData("alter table drift.parcels add constraint ck_more check (leg <> 9)", "check ck_more is not in the model")]
    [InlineData("alter table drift.parcels drop constraint ck_parcels_leg, add constraint ck_parcels_leg check (leg in (1, 2))", "check ck_parcels_leg is (leg = ANY (ARRAY[1, 2])), in the model (leg = ANY (ARRAY[1, 2, 3]))")]
    [InlineData("drop index drift.ux_parcels_code", "(code) where (sent IS NULL) is unique in the model only")]
    [InlineData("drop index drift.ux_parcels_code; create unique index on drift.parcels (code)", "(code) where (sent IS NULL) is unique in the model only", "(code) is unique in the database only")]
    [InlineData("create unique index on drift.parcels (sent, id)", "(sent, id) is unique in the database only")]
    [InlineData("drop index drift.ux_parcels_country; create unique index on drift.parcels (country, leg)", "(country, leg) nulls not distinct is unique in the model only", "(country, leg) is unique in the database only")]
    [InlineData("alter table drift.parcels drop constraint uq_parcels_code_country", "(code, country) is unique in the model only")]
    public async Task Every_kind_of_drift_is_named(string change, params string[] expected)
    {
        await using var database = await tables.Make($"{Agreed} {change};");

        var differences = await tables.Compare();

        differences.Should().Equal(expected.Select(difference => $"drift.parcels: {difference}"));
    }

    [Fact]
    public async Task A_length_is_part_of_the_type()
    {
        await using var database = await tables.Make(Agreed.Replace("character varying(20)", "character varying(40)", StringComparison.Ordinal));

        var differences = await tables.Compare();

        differences.Should().Equal("drift.parcels: column code is character varying(40), in the model character varying(20)");
    }

    [Fact]
    public async Task A_check_of_the_model_that_names_a_lost_column_is_told_as_that()
    {
        await using var database = await tables.Make($"{Agreed} alter table drift.parcels rename column weight to mass;");

        var differences = await tables.Compare();

        differences.Should().Equal(
            "drift.parcels: there is no column weight",
            "drift.parcels: column mass is not in the model",
            "drift.parcels: check ck_parcels_weight of the model does not fit the table: column \"weight\" does not exist");
    }

    public sealed class Tables : IAsyncLifetime
    {
        private TestDatabase database = null!;

        public async Task InitializeAsync() => database = await TestDatabase.CreateAsync();

        /// <summary>One schema at a time, gone when the answer is disposed.</summary>
        public async Task<IAsyncDisposable> Make(string sql)
        {
            await Shop.Run(database.OwnerConnectionString, $"create schema drift; {sql}");
            return new Schema(database.OwnerConnectionString);
        }

        public async Task<IReadOnlyList<string>> Compare()
        {
            await using var connection = new NpgsqlConnection(database.OwnerConnectionString);
            await connection.OpenAsync();
            await using var context = new ParcelContext(connection);
            return await SchemaDrift.Compare(context, connection);
        }

        public async Task DisposeAsync() => await database.DisposeAsync();

        private sealed class Schema(string owner) : IAsyncDisposable
        {
            public async ValueTask DisposeAsync() => await Shop.Run(owner, "drop schema drift cascade");
        }
    }

    private sealed class Parcel
    {
        public Guid Id { get; init; }

        public int Leg { get; init; }

        public required string Code { get; init; }

        public required string Country { get; init; }

        public decimal? Weight { get; init; }

        public required string[] Tags { get; init; }

        public string? Extra { get; init; }

        public DateTimeOffset? Sent { get; init; }
    }

    private sealed class ParcelContext(NpgsqlConnection connection) : DbContext
    {
        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseNpgsql(connection);

        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Parcel>(parcel =>
        {
            parcel.ToTable("parcels", "drift", table =>
            {
                table.HasCheckConstraint("ck_parcels_weight", "weight > 0 AND weight < 1000");
                table.HasCheckConstraint("ck_parcels_leg", "leg in (1,2,3)");
            });
            parcel.HasKey(p => new { p.Id, p.Leg });
            parcel.Property(p => p.Id).HasColumnName("id");
            parcel.Property(p => p.Leg).HasColumnName("leg");
            parcel.Property(p => p.Code).HasColumnName("code").HasColumnType("varchar(20)");
            parcel.Property(p => p.Country).HasColumnName("country").HasMaxLength(2).IsFixedLength();
            parcel.Property(p => p.Weight).HasColumnName("weight").HasPrecision(12, 3);
            parcel.Property(p => p.Tags).HasColumnName("tags");
            parcel.Property(p => p.Extra).HasColumnName("extra").HasColumnType("jsonb");
            parcel.Property(p => p.Sent).HasColumnName("sent");
            parcel.HasIndex(p => p.Code).IsUnique().HasFilter("sent is null");
            parcel.HasIndex(p => new { p.Country, p.Leg }).IsUnique().AreNullsDistinct(false);
            parcel.HasIndex(p => p.Sent);
            parcel.HasAlternateKey(p => new { p.Code, p.Country });
        });
    }
}
