"""The agent's database: tables, migrations, and the statements that read and change them."""
