"""The routes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from src.accounts import AccountRepository
from src.dependencies import get_accounts, get_transfers
from src.models import (
    Account,
    Customer,
    Id,
    NewAccount,
    NewCustomer,
    NewTransfer,
    Page,
    Statement,
    Transfer,
)
from src.transfers import TransferRepository

router = APIRouter()

Accounts = Annotated[AccountRepository, Depends(get_accounts)]
Transfers = Annotated[TransferRepository, Depends(get_transfers)]


@router.post("/customers", status_code=201)
async def add_customer(accounts: Accounts, customer: NewCustomer) -> Customer:
    """Add a customer."""
    return await accounts.add_customer(customer)


@router.post("/accounts", status_code=201)
async def open_account(accounts: Accounts, account: NewAccount, response: Response) -> Account:
    """Open an account."""
    opened = await accounts.open(account)
    response.headers["Location"] = f"/accounts/{opened.id}"
    return opened


@router.get("/accounts/{account_id}")
async def get_account(accounts: Accounts, account_id: Id) -> Account:
    """Show an account."""
    return await accounts.get(account_id)


@router.get("/accounts/{account_id}/entries")
async def get_statement(accounts: Accounts, account_id: Id, page: Annotated[Page, Query()]) -> Statement:
    """Show an account and what happened to it, page by page."""
    return await accounts.statement(account_id, page)


@router.post("/transfers", status_code=201)
async def make_transfer(transfers: Transfers, transfer: NewTransfer) -> Transfer:
    """Pay from one account to others."""
    return await transfers.make(transfer)
