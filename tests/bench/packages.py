"""The least that can be done with the packages that the product stands on: each set up as its manual says, and one
view. What comes before the first answer here comes before ours too."""

import os

from flask_cors import CORS
from flask_mail import Mail
from flask_security import Security, SQLAlchemyUserDatastore
from flask_security.models import fsqla_v3
from flask_sqlalchemy import SQLAlchemy

from tests.bench.bare import app

app.config.update(
    SECRET_KEY="a secret of the tests' own",
    SECURITY_PASSWORD_SALT="a salt of the tests' own",
    SQLALCHEMY_DATABASE_URI=os.environ["DATABASE_URL"],
)
db = SQLAlchemy(app)
fsqla_v3.FsModels.set_db_info(db)


class Role(db.Model, fsqla_v3.FsRoleMixin):
    pass


class User(db.Model, fsqla_v3.FsUserMixin):
    pass


CORS(app)
Mail(app)
Security(app, SQLAlchemyUserDatastore(db, User, Role))
